using ECopy.Functions.Domain;
using ECopy.Functions.Office;
using ECopy.Functions.Requests;
using ECopy.Functions.Storage;
using ECopy.Signing.Keys;
using ECopy.Signing.Pades;

namespace ECopy.Functions.Sign;

/// <summary>That the key is being asked, written before it is (compare-and-swap), and what it waits for.</summary>
/// <param name="Holder">Which run of the program asked; another run's intent is another process, perhaps a dead one.</param>
internal sealed record SigningIntent(int Schema, int Attempt, string Holder, DateTimeOffset ExpiresAt, string? TransactionId) : IStoredRecord
{
    public static int CurrentSchema => 1;
}

/// <summary>Names this run of the program.</summary>
internal sealed record RunIdentity(string Value)
{
    public static RunIdentity New() => new(Guid.NewGuid().ToString("N"));
}

/// <summary>
/// Stage two of a signature: intent, key, CMS. A crash between key and store repeats the call with the same digest
/// (ECDSA and PSS give another value); the CMS is create-only, so one signature is ever kept.
/// </summary>
internal sealed class CreateSignature(
    IBlobStore store, CopyRequests requests, SigningWork stages, SignerCertificates certificates, OutsideSigning outside, RunIdentity run, TimeProvider clock) : ICopyStep
{
    private static readonly TimeSpan IntentLife = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(5);

    public async Task<StepOutcome> RunAsync(CopyWork work, CancellationToken cancellationToken)
    {
        var request = await requests.ForStepAsync(work, cancellationToken);
        if (request is null) return StepOutcome.Superseded;
        if (request.EndsWith(work) is { } end) return StepOutcome.Rejected(end);
        if (await stages.IsThereAsync(SigningWork.CmsPath(work), cancellationToken)) return StepOutcome.Done;
        if (await outside.LookAsync(work, cancellationToken) is { } looked) return looked;

        var prepared = await stages.FindPreparedAsync(work, cancellationToken)
            ?? throw new IntegrityException(SigningWork.SourcePath(work), "signed without being prepared");
        var key = await certificates.ForPreparedAsync(work.Agency, prepared.Chain.Signer, cancellationToken);
        if (key.IsRejected) return StepOutcome.Rejected("signing-key-failed", key.Rejection!.Code);

        var path = SigningWork.IntentPath(work);
        var earlier = await store.ReadJsonAsync<SigningIntent>(path, cancellationToken);
        var now = clock.GetUtcNow();
        // An earlier run's intent, or another process's: a key that needs a confirmation finds by the digest what it has asked for.
        var intent = earlier is { Value.TransactionId: not null }
            ? earlier.Value with { Attempt = work.Attempt, Holder = run.Value }
            : new SigningIntent(1, work.Attempt, run.Value, now + IntentLife, null);
        // Somebody else wrote in between: look again, do not ask the key.
        var tag = intent == earlier?.Value ? earlier.ETag : await store.ReplaceJsonAsync(path, intent, earlier?.ETag, cancellationToken);
        if (tag is null) return StepOutcome.WaitUntil(now + AskAgain, "signing-outstanding");
        return await AskAsync(work, prepared, key.Value, intent, tag, cancellationToken);
    }

    private async Task<StepOutcome> AskAsync(
        CopyWork work, PreparedSignature prepared, ISigningKey key, SigningIntent intent, string tag, CancellationToken cancellationToken)
    {
        var answer = await key.SignAsync(new SigningOrder(prepared.SignedAttributesDigest, $"copy {work.CopyId}", intent.TransactionId), cancellationToken);
        switch (answer)
        {
            case SigningAnswer.Signed signed:
                try
                {
                    // Checked against the certificate before it is kept; a wrong value is the key's failure.
                    await store.CreateIfAbsentAsync(SigningWork.CmsPath(work), PadesAssembly.BuildCms(prepared, signed.Value.Span), cancellationToken);
                    return StepOutcome.Done;
                }
                catch (SignatureRefusedException refused)
                {
                    return StepOutcome.Rejected("signing-key-failed", refused.Code);
                }

            case SigningAnswer.Pending pending:
                var now = clock.GetUtcNow();
                if (pending.ExpiresAt <= now) return StepOutcome.Rejected("signing-time-limit");
                var waiting = intent with { TransactionId = pending.TransactionId, ExpiresAt = pending.ExpiresAt };
                if (waiting != intent) await store.ReplaceJsonAsync(SigningWork.IntentPath(work), waiting, tag, cancellationToken);
                // A timer, not an event: a remote service calls nobody back.
                return StepOutcome.WaitUntil(pending.LookAgainAt ?? now + AskAgain, "waiting-for-signer");

            default:
                return StepOutcome.Rejected(((SigningAnswer.Refused)answer).Code, ((SigningAnswer.Refused)answer).Reason);
        }
    }
}
