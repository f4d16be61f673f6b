namespace ECopy.Functions.Domain;

/// <summary>Where a copy request stands, as stored and as shown by the API (camelCase).</summary>
internal enum CopyState
{
    Uploaded,
    WaitingForReview,
    Signing,
    WaitingForSeal,
    Preserving,
    Registered,
    HandedOver,
    Returned,
    Refused,
    Withdrawn,
    Replaced,
    Failed,
}
