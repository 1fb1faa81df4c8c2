"""What all services share: dispatch, errors, validation by the model, nulls, pages, tags, stores and locks."""
