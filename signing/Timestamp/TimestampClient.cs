using System.Security.Cryptography;
using ECopy.Signing.Trust;

namespace ECopy.Signing.Timestamp;

/// <summary>Carries one request to an authority (HTTP: RFC 3161, 3.4) and its answer back. Throws on transient faults only.</summary>
public interface ITimestampTransport
{
    Task<ReadOnlyMemory<byte>> SendAsync(ReadOnlyMemory<byte> request, CancellationToken cancellationToken);
}

/// <summary>What asking for a timestamp gave. Only <see cref="Granted"/> may be used.</summary>
public abstract record TimestampAnswer
{
    private TimestampAnswer()
    {
    }

    /// <param name="Token">Checked: signature, purpose, imprint, nonce, policy, time, trust.</param>
    public sealed record Granted(TimestampToken Token) : TimestampAnswer;

    /// <summary>The authority said no, in its own words.</summary>
    /// <param name="Failures">May be empty.</param>
    public sealed record Refused(PkiStatus Status, IReadOnlyList<PkiFailure> Failures, IReadOnlyList<string> Text) : TimestampAnswer;

    /// <summary>An answer came that is not a timestamp of what was asked, or not of a trusted authority; it must not be used.</summary>
    /// <param name="Problems">At least one.</param>
    public sealed record Unusable(IReadOnlyList<TimestampProblem> Problems) : TimestampAnswer;
}

/// <summary>What an agency demands of its timestamp authority.</summary>
/// <param name="Policy">Asked for and required; null for the authority's own.</param>
/// <param name="ClockTolerance">How far the authority's clock may be from ours.</param>
public sealed record TimestampDemands(TrustAnchors Anchors, string? Policy, TimeSpan ClockTolerance);

/// <summary>
/// Asks one authority for one timestamp and checks the answer before anybody sees it. Knows no retries: a new call makes a
/// new request with a new nonce.
/// </summary>
public sealed class TimestampClient(ITimestampTransport transport, TimestampDemands demands, TimeProvider clock)
{
    public async Task<TimestampAnswer> RequestAsync(HashAlgorithmName hash, ReadOnlyMemory<byte> digest, CancellationToken cancellationToken)
    {
        var imprint = MessageImprint.Of(hash, digest);
        var request = TimestampRequest.Create(imprint, demands.Policy);
        var earliest = clock.GetUtcNow() - demands.ClockTolerance;
        var answer = await transport.SendAsync(request.Encode(), cancellationToken);
        try
        {
            var response = TimestampResponse.Read(answer);
            if (response.Token is not { } encoded) return new TimestampAnswer.Refused(response.Status, response.Failures, response.Text);
            var token = TimestampToken.Read(encoded);
            var verdict = TimestampCheck.Run(token, new TimestampExpectation(named => named == hash ? digest : ReadOnlyMemory<byte>.Empty)
            {
                Nonce = request.Nonce,
                Policy = demands.Policy,
                // It was made between question and answer, however long the authority took.
                Within = (earliest, clock.GetUtcNow() + demands.ClockTolerance),
                Anchors = demands.Anchors,
                // What is kept must be what our own verification takes later.
                Strict = true,
            });
            return verdict.IsSound ? new TimestampAnswer.Granted(token) : new TimestampAnswer.Unusable(verdict.Problems);
        }
        catch (TimestampFormatException unreadable)
        {
            return new TimestampAnswer.Unusable([new TimestampProblem(unreadable.Code, unreadable.Message)]);
        }
    }
}
