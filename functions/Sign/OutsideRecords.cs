using ECopy.Functions.Domain;

namespace ECopy.Functions.Sign;

/// <summary>That a document waits to be signed by its signer's own tool: create-only, so that one document goes out for one signature.</summary>
/// <param name="Thumbprint">Of the certificate that is expected, whatever the signer is given later.</param>
/// <param name="Source">The document's path in the store.</param>
/// <param name="SourceSha256">What came back must begin with exactly these bytes.</param>
/// <param name="Length">Of those bytes.</param>
/// <param name="Until">What comes back later is not taken.</param>
internal sealed record OutsideOrder(int Schema, string Thumbprint, string Source, string SourceSha256, long Length, DateTimeOffset GivenOut, DateTimeOffset Until) : IStoredRecord
{
    public static int CurrentSchema => 1;
}

/// <summary>What came back and was taken: whose record is first stands.</summary>
/// <param name="Sha256">Of the signed file, which lies under its own name.</param>
/// <param name="By">Person id.</param>
/// <param name="Format">What its signature is by its /SubFilter.</param>
internal sealed record OutsideReturn(int Schema, string Sha256, string By, DateTimeOffset At, string Format) : IStoredRecord
{
    public static int CurrentSchema => 1;
}

/// <summary>How long a document may be out. The person's never longer than the day of the statement, which is the day of the signature.</summary>
internal sealed record OutsideLimits(TimeSpan Person, TimeSpan Seal)
{
    public static OutsideLimits From(IConfiguration? settings) => new(
        settings?.GetValue<TimeSpan?>("Outside:PersonWithin") ?? TimeSpan.FromDays(1),
        settings?.GetValue<TimeSpan?>("Outside:SealWithin") ?? TimeSpan.FromDays(3));
}
