"""The actions and the condition keys of S3, in lower case.

Source: Service authorization reference, list_amazons3.html, as of October 2026. Newer ones are to be added here.
"""

ACTIONS = frozenset(
    """
    AbortMultipartUpload AllowVendedLogDeliveryForResource AssociateAccessGrantsIdentityCenter
    BypassGovernanceRetention CreateAccessGrant CreateAccessGrantsInstance CreateAccessGrantsLocation
    CreateAccessPoint CreateAccessPointForObjectLambda CreateBucket CreateBucketMetadataTableConfiguration CreateJob
    CreateMultiRegionAccessPoint CreateStorageLensGroup DeleteAccessGrant DeleteAccessGrantsInstance
    DeleteAccessGrantsInstanceResourcePolicy DeleteAccessGrantsLocation DeleteAccessPoint
    DeleteAccessPointForObjectLambda DeleteAccessPointPolicy DeleteAccessPointPolicyForObjectLambda DeleteBucket
    DeleteBucketMetadataTableConfiguration DeleteBucketPolicy DeleteBucketWebsite DeleteJobTagging
    DeleteMultiRegionAccessPoint DeleteObject DeleteObjectAnnotation DeleteObjectTagging DeleteObjectVersion
    DeleteObjectVersionAnnotation DeleteObjectVersionTagging DeleteStorageLensConfiguration
    DeleteStorageLensConfigurationTagging DeleteStorageLensGroup DescribeJob DescribeMultiRegionAccessPointOperation
    DissociateAccessGrantsIdentityCenter GetAccelerateConfiguration GetAccessGrant GetAccessGrantsInstance
    GetAccessGrantsInstanceForPrefix GetAccessGrantsInstanceResourcePolicy GetAccessGrantsLocation GetAccessPoint
    GetAccessPointConfigurationForObjectLambda GetAccessPointForObjectLambda GetAccessPointPolicy
    GetAccessPointPolicyForObjectLambda GetAccessPointPolicyStatus GetAccessPointPolicyStatusForObjectLambda
    GetAccountPublicAccessBlock GetAnalyticsConfiguration GetBucketAbac GetBucketAcl GetBucketCORS GetBucketLocation
    GetBucketLogging GetBucketMetadataTableConfiguration GetBucketNotification GetBucketObjectLockConfiguration
    GetBucketOwnershipControls GetBucketPolicy GetBucketPolicyStatus GetBucketPublicAccessBlock
    GetBucketRequestPayment GetBucketTagging GetBucketVersioning GetBucketWebsite GetDataAccess
    GetEncryptionConfiguration GetIntelligentTieringConfiguration GetInventoryConfiguration GetJobTagging
    GetLifecycleConfiguration GetMetricsConfiguration GetMultiRegionAccessPoint GetMultiRegionAccessPointPolicy
    GetMultiRegionAccessPointPolicyStatus GetMultiRegionAccessPointRoutes GetObject GetObjectAcl GetObjectAnnotation
    GetObjectAttributes GetObjectLegalHold GetObjectRetention GetObjectTagging GetObjectTorrent GetObjectVersion
    GetObjectVersionAcl GetObjectVersionAnnotation GetObjectVersionAnnotationForReplication
    GetObjectVersionAttributes GetObjectVersionForReplication GetObjectVersionTagging GetObjectVersionTorrent
    GetReplicationConfiguration GetStorageLensConfiguration GetStorageLensConfigurationTagging
    GetStorageLensDashboard GetStorageLensGroup InitiateReplication ListAccessGrants ListAccessGrantsInstances
    ListAccessGrantsLocations ListAccessPoints ListAccessPointsForObjectLambda ListAllMyBuckets ListBucket
    ListBucketMultipartUploads ListBucketVersions ListCallerAccessGrants ListJobs ListMultiRegionAccessPoints
    ListMultipartUploadParts ListObjectAnnotations ListObjectVersionAnnotations ListStorageLensConfigurations
    ListStorageLensGroups ListTagsForResource ObjectOwnerOverrideToBucketOwner PauseReplication
    PutAccelerateConfiguration PutAccessGrantsInstanceResourcePolicy PutAccessPointConfigurationForObjectLambda
    PutAccessPointPolicy PutAccessPointPolicyForObjectLambda PutAccessPointPublicAccessBlock
    PutAccountPublicAccessBlock PutAnalyticsConfiguration PutBucketAbac PutBucketAcl PutBucketCORS PutBucketLogging
    PutBucketNotification PutBucketObjectLockConfiguration PutBucketOwnershipControls PutBucketPolicy
    PutBucketPublicAccessBlock PutBucketRequestPayment PutBucketTagging PutBucketVersioning PutBucketWebsite
    PutEncryptionConfiguration PutIntelligentTieringConfiguration PutInventoryConfiguration PutJobTagging
    PutLifecycleConfiguration PutMetricsConfiguration PutMultiRegionAccessPointPolicy PutObject PutObjectAcl
    PutObjectAnnotation PutObjectLegalHold PutObjectRetention PutObjectTagging PutObjectVersionAcl
    PutObjectVersionAnnotation PutObjectVersionTagging PutReplicationConfiguration PutStorageLensConfiguration
    PutStorageLensConfigurationTagging ReplicateDelete ReplicateObject ReplicateObjectAnnotation ReplicateTags
    RestoreObject SubmitMultiRegionAccessPointRoutes TagResource UntagResource UpdateAccessGrantsLocation
    UpdateBucketMetadataAnnotationTableConfiguration UpdateBucketMetadataInventoryTableConfiguration
    UpdateBucketMetadataJournalTableConfiguration UpdateJobPriority UpdateJobStatus UpdateObjectEncryption
    UpdateStorageLensGroup
    """.lower().split()
)
# A key that ends with a slash goes on with the key of a tag.
KEYS = frozenset(
    f"s3:{name}"
    for name in """
    AccessGrantScope AccessGrantsInstanceArn AccessGrantsLocationScope AccessPointNetworkOrigin AccessPointTag/
    BucketTag/ DataAccessPointAccount DataAccessPointArn ExistingJobOperation ExistingJobPriority ExistingObjectTag/
    InventoryAccessibleOptionalFields JobSuspendedCause ObjectCreationOperation RequestJobOperation
    RequestJobPriority RequestObjectTag/ RequestObjectTagKeys ResourceAccount TlsVersion annotation-prefix authType
    delimiter deliverySourceArn destinationRegion if-match if-none-match isReplicationPauseRequest
    locationconstraint logType max-annotation-results max-keys object-lock-event-hold
    object-lock-event-hold-duration-days object-lock-legal-hold object-lock-mode
    object-lock-remaining-retention-days object-lock-retain-until-date prefix resourceArnBeingAuthorized
    signatureAge signatureversion versionid x-amz-acl x-amz-bucket-namespace x-amz-content-sha256 x-amz-copy-source
    x-amz-grant-full-control x-amz-grant-read x-amz-grant-read-acp x-amz-grant-write x-amz-grant-write-acp
    x-amz-metadata-directive x-amz-object-annotation-directive x-amz-object-if-match x-amz-object-ownership
    x-amz-server-side-encryption x-amz-server-side-encryption-aws-kms-key-id
    x-amz-server-side-encryption-customer-algorithm x-amz-storage-class x-amz-website-redirect-location
    """.lower().split()
)
