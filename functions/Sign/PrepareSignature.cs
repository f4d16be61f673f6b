using ECopy.Functions.Domain;
using ECopy.Functions.Layout;
using ECopy.Functions.Office;
using ECopy.Functions.Requests;
using ECopy.Functions.TrustServices;
using ECopy.Signing.Keys;
using ECopy.Signing.Pades;
using ECopy.Signing.Trust;

namespace ECopy.Functions.Sign;

/// <summary>
/// Stage one of a signature: everything that can be done, and can fail, without the key. The signing time is taken here.
/// </summary>
internal sealed class PrepareSignature(
    CopyRequests requests,
    SigningWork stages,
    OfficeDirectory office,
    SignerCertificates certificates,
    Revocations revocations,
    Timestamps timestamps,
    OfficeImages images,
    CopyFonts fonts,
    StoreTerms terms,
    OutsideSigning outside,
    TimeProvider clock) : ICopyStep
{
    public async Task<StepOutcome> RunAsync(CopyWork work, CancellationToken cancellationToken)
    {
        var request = await requests.ForStepAsync(work, cancellationToken);
        if (request is null) return StepOutcome.Superseded;
        if (request.EndsWith(work) is { } end) return StepOutcome.Rejected(end);
        if (await stages.FindPreparedAsync(work, cancellationToken) is not null || await outside.FindOrderAsync(work, cancellationToken) is not null) return StepOutcome.Done;

        var now = clock.GetUtcNow();
        var reservation = request.Reservation is { Number: not null, Date: not null } taken && taken.Approval == work.Approval
            ? taken
            : throw new IntegrityException(BlobPaths.Request(work.Agency, work.CopyId), "signed without a register number");
        if (SigningWork.IsTooLate(work, request, now)) return StepOutcome.Rejected(ClosingCodes.StatementDatePassed);

        var source = await stages.ReadAsync(SigningWork.SourcePath(work), cancellationToken);
        var layout = OutsideSigning.IsApproval(source) ? CopyLayout.Approval : CopyLayout.V1;
        var planned = await PlanAsync(work, request, now, layout, cancellationToken);
        if (planned.IsRejected) return StepOutcome.Rejected(planned.Rejection!.Code);
        var (plan, key) = planned.Value;
        var level = SigningWork.LevelOf(request);
        if (await ObjectionAsync(plan.Chain, level, cancellationToken) is { } objection) return objection;
        var room = await RoomAsync(level, cancellationToken);
        // Before the key is asked: a signature without its timestamp would have to wait for one all day.
        if (room.IsRejected) return StepOutcome.WaitUntil(null, room.Rejection!.Code);
        if (SigningWork.SignerOf(work) is SignerRole.Person) reservation.RequireComposed(source.Span, SigningWork.SourcePath(work));
        if (key is ExternalKey external) return await outside.GiveOutAsync(work, request, source, external, cancellationToken);
        try
        {
            await stages.StorePreparedAsync(work, PadesPreparation.Prepare(source, plan with { ReserveForTimestamp = room.Value }), cancellationToken);
            return StepOutcome.Done;
        }
        catch (Exception refused) when (refused is SignatureRefusedException or KeyRefusedException)
        {
            return StepOutcome.Rejected("signing-key-failed", refused.Message);
        }
    }

    private async Task<Result<int>> RoomAsync(PadesLevel level, CancellationToken cancellationToken)
    {
        if (level < PadesLevel.BaselineT) return 0;
        var sample = await timestamps.SampleAsync(cancellationToken);
        return sample.IsRejected ? sample.Rejection! : SignatureTimestamp.RoomFor(sample.Value);
    }

    /// <summary>
    /// Nobody signs with a revoked certificate. Where the level promises that this can be shown later, it is waited for until it
    /// can be asked; below that it is asked where the office has said whom.
    /// </summary>
    private async Task<StepOutcome?> ObjectionAsync(CertificateChain chain, PadesLevel level, CancellationToken cancellationToken)
    {
        var look = await revocations.LookAsync(chain.Signer, chain.Certificates, null, cancellationToken);
        if (look.IsRevoked) return StepOutcome.Rejected("certificate-revoked");
        return look.IsGood || level < PadesLevel.BaselineLT ? null : StepOutcome.WaitUntil(null, "revocation-unavailable");
    }

    private async Task<Result<(SignaturePlan Plan, ISigningKey Key)>> PlanAsync(CopyWork work, CopyRequest request, DateTimeOffset now, CopyLayout layout, CancellationToken cancellationToken)
    {
        var agency = await office.AgencyAsync(work.Agency, cancellationToken);
        // /M has whole seconds; so has the line under the signature.
        var time = new DateTimeOffset(now.UtcTicks - (now.UtcTicks % TimeSpan.TicksPerSecond), TimeSpan.Zero);
        if (SigningWork.SignerOf(work) is SignerRole.Seal)
        {
            var seal = await certificates.ForSealAsync(agency, cancellationToken);
            if (seal.IsRejected) return seal.Rejection!;
            if (await OutlivedAsync(work, request, cancellationToken) is { } outlived) return outlived;
            var sealAppearance = new SealAppearance
            {
                AgencyName = agency.FullName,
                Place = agency.Place,
                SigningTime = time,
                IsTest = terms.IsTest,
                Seal = await images.ReadAsync(work.Agency, agency.SealImage, cancellationToken),
                Layout = layout,
            };
            return (Plan(SignatureRole.Seal, seal.Value, time, agency.FullName, agency.Place) with { Appearance = sealAppearance.Factory(fonts), Place = layout.OnStatement(layout.SealField) }, seal.Value);
        }

        var decision = request.Decision ?? throw new IntegrityException(BlobPaths.Request(work.Agency, work.CopyId), "signed without a decision");
        var person = await office.PersonAsync(work.Agency, decision.PersonId, cancellationToken);
        var key = await certificates.ForPersonAsync(person, cancellationToken);
        if (key.IsRejected) return key.Rejection!;
        var appearance = new PersonAppearance
        {
            SignerName = person.FullName,
            SigningTime = time,
            IsTest = terms.IsTest,
            Handwriting = await images.ReadAsync(work.Agency, person.SignatureImage, cancellationToken),
            Layout = layout,
        };
        return (Plan(SignatureRole.Person, key.Value, time, person.FullName, agency.Place) with { Appearance = appearance.Factory(fonts), Place = layout.OnStatement(layout.PersonField) }, key.Value);
    }

    /// <summary>
    /// The person's certificate may have run out while the seal was waited for: without a timestamp that proves that it was used
    /// before, the copy could not pass any more.
    /// </summary>
    private async Task<Rejection?> OutlivedAsync(CopyWork work, CopyRequest request, CancellationToken cancellationToken)
    {
        if (SigningWork.LevelOf(request) >= PadesLevel.BaselineT) return null;
        var official = await office.PersonAsync(work.Agency, request.Decision!.PersonId, cancellationToken);
        return (await certificates.ForPersonAsync(official, cancellationToken)).Rejection;
    }

    private static SignaturePlan Plan(SignatureRole role, ISigningKey key, DateTimeOffset time, string name, string place) => new()
    {
        Role = role,
        Chain = key.Chain,
        Algorithm = key.Algorithm,
        ClaimedTime = time,
        Name = name,
        Location = place,
        Reason = role is SignatureRole.Person ? "Chứng thực bản sao đúng với bản chính" : "Ký số của cơ quan",
    };
}
