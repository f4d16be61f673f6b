using System.Security.Cryptography;
using ECopy.Functions.Domain;
using ECopy.Functions.Office;
using ECopy.Signing.Pades;
using ECopy.Signing.Timestamp;

namespace ECopy.Functions.TrustServices;

/// <summary>
/// Asks the timestamp authority. Only tokens that were checked come out; everything else is a reason to wait, by a code that the
/// status page explains. Never a lower level.
/// </summary>
/// <param name="transport">Null: no authority is set.</param>
internal sealed partial class Timestamps(
    TrustServiceOptions options, OfficeDirectory office, TimeProvider clock, ILogger<Timestamps> log, ITimestampTransport? transport = null)
{
    public const string Missing = "timestamp-authority-missing";

    // As the digest of any document: it is the length of the answer that is asked for.
    private static readonly byte[] Sample = SHA256.HashData("room"u8);

    /// <summary>Authorities change their keys every few years, at a moment that they choose.</summary>
    private static readonly TimeSpan SampleLife = TimeSpan.FromHours(1);

    private TimestampToken? last;

    public bool IsSet => transport is not null;

    /// <summary>
    /// A token on the digest, or <c>timestamp-authority-missing</c>, <c>timestamp-unavailable</c>, <c>timestamp-refused</c>,
    /// <c>timestamp-unusable</c>.
    /// </summary>
    public async Task<Result<TimestampToken>> AskAsync(HashAlgorithmName hash, ReadOnlyMemory<byte> digest, CancellationToken cancellationToken)
    {
        if (transport is null) return new Rejection(Missing);
        var demands = new TimestampDemands(await office.TrustAnchorsAsync(cancellationToken), options.Policy, options.ClockTolerance);
        try
        {
            switch (await new TimestampClient(transport, demands, clock).RequestAsync(hash, digest, cancellationToken))
            {
                case TimestampAnswer.Granted granted:
                    Volatile.Write(ref last, granted.Token);
                    return granted.Token;
                case TimestampAnswer.Refused refused:
                    LogRefused(refused.Status, string.Join(", ", refused.Failures), string.Join(" ", refused.Text));
                    return new Rejection("timestamp-refused");
                case TimestampAnswer.Unusable unusable:
                    LogUnusable(string.Join("; ", unusable.Problems.Select(problem => $"{problem.Code}: {problem.Reason}")));
                    return new Rejection("timestamp-unusable");
                default:
                    throw new InvalidOperationException("an answer of no kind");
            }
        }
        catch (TransientException silent)
        {
            LogSilent(silent.Message);
            return new Rejection("timestamp-unavailable");
        }
    }

    /// <summary>
    /// The last token that the authority gave, or one on nothing: how long its tokens are and who signs them, asked for before it
    /// matters. Found out afterwards, a signature would have been spent.
    /// </summary>
    public async Task<Result<TimestampToken>> SampleAsync(CancellationToken cancellationToken) =>
        Volatile.Read(ref last) is { } known && clock.GetUtcNow() - known.Time < SampleLife ? known : await AskAsync(HashAlgorithmName.SHA256, Sample, cancellationToken);

    [LoggerMessage(EventId = 611, Level = LogLevel.Warning, Message = "The timestamp authority refused: {Status} {Failures} {Text}")]
    private partial void LogRefused(PkiStatus status, string failures, string text);

    [LoggerMessage(EventId = 612, Level = LogLevel.Error, Message = "The timestamp authority gave what cannot be used: {Problems}")]
    private partial void LogUnusable(string problems);

    [LoggerMessage(EventId = 613, Level = LogLevel.Warning, Message = "The timestamp authority did not answer: {Reason}")]
    private partial void LogSilent(string reason);
}
