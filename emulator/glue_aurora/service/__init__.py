"""What all services share: dispatch, errors, pages, tags, validation by the model, stores."""
