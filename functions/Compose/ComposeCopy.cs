using System.Globalization;
using System.Security.Cryptography;
using ECopy.Functions.Domain;
using ECopy.Functions.Office;
using ECopy.Functions.Requests;
using ECopy.Functions.Storage;
using ECopy.Signing.Pdf.Images;

namespace ECopy.Functions.Compose;

/// <summary>
/// Lays the copy out, number and date inside. Deterministic within one build; across builds the stored file wins.
/// </summary>
internal sealed class ComposeCopy(IBlobStore store, CopyRequests requests, OfficeDirectory office, CopyComposer composer, StoreTerms terms) : ICopyStep
{
    public async Task<StepOutcome> RunAsync(CopyWork work, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(work);
        var request = await requests.ForStepAsync(work, cancellationToken);
        if (request is null) return StepOutcome.Superseded;
        if (request.EndsWith(work) is { } end) return StepOutcome.Rejected(end);

        var path = BlobPaths.Work(work.Agency, work.CopyId, work.Approval, "composed.pdf");
        var composed = (await store.ReadAsync(path, cancellationToken))?.Content;
        if (composed is null)
        {
            var bytes = composer.Compose(await ContentAsync(work, request, cancellationToken)).Pdf;
            composed = await store.CreateIfAbsentAsync(path, bytes, cancellationToken) is CreateOutcome.OtherAlreadyThere
                ? (await store.ReadAsync(path, cancellationToken))!.Content
                : bytes;
        }

        var digest = Convert.ToHexStringLower(SHA256.HashData(composed.Value.Span));
        var changed = await requests.ChangeAsync(
            work,
            current => current.Reservation!.ComposedSha256 is null
                ? current with { Reservation = current.Reservation with { ComposedSha256 = digest } }
                : current,
            cancellationToken);
        if (changed is null) return StepOutcome.Superseded;
        changed.Reservation!.RequireComposed(composed.Value.Span, path);
        return StepOutcome.Done;
    }

    private async Task<CopyContent> ContentAsync(CopyWork work, CopyRequest request, CancellationToken cancellationToken)
    {
        var record = BlobPaths.Request(work.Agency, work.CopyId);
        var agency = await office.AgencyAsync(work.Agency, cancellationToken);
        var decision = request.Decision ?? throw new IntegrityException(record, "composed without a decision");
        if (request.Reservation is not { Number: { } number, Date: { } date } reservation || reservation.Approval != work.Approval)
            throw new IntegrityException(record, "composed without a register number");
        return new CopyContent
        {
            AgencyLines = agency.HeaderLines,
            AgencyName = agency.ShortName,
            Place = agency.Place,
            Title = request.Title,
            Pages = await ReadPagesAsync(request, cancellationToken),
            OriginalPages = request.OriginalPages,
            RegisterNumber = number.ToString("0000", CultureInfo.InvariantCulture),
            Book = reservation.Book,
            Date = date,
            SignerTitle = reservation.SignerTitle,
            SignerName = reservation.SignerName,
            VerificationCode = VerificationCode.Format(request.VerificationCode),
            VerifyAddress = terms.VerifyAddress(request.VerificationCode),
            VerifyAddressText = terms.VerifyAddressText,
            ScanDigest = request.ScanDigest ?? throw new IntegrityException(record, "composed without a scan digest"),
            IsTest = terms.IsTest,
            Approval = await IsSignedOutsideAsync(agency, decision.PersonId, cancellationToken),
            // The decision is the last act before composing; a repeat has the same time, so the same bytes.
            CreatedAt = decision.At,
        };
    }

    /// <summary>
    /// Whether anybody signs with a tool of their own. Asked once, when the copy is composed: from then on the composed file
    /// itself says of which profile it is.
    /// </summary>
    private async Task<bool> IsSignedOutsideAsync(Agency agency, string personId, CancellationToken cancellationToken)
    {
        var person = await office.PersonAsync(agency.Code, personId, cancellationToken);
        foreach (var thumbprint in (string?[])[person.Certificate, agency.SealCertificate])
        {
            if (thumbprint is not null && await office.FindCertificateAsync(agency.Code, thumbprint, cancellationToken) is { } held && KeyRing.IsOutside(held.KeyLocation)) return true;
        }

        return false;
    }

    /// <summary>The stored pages, each compared once more with the digest of its upload: what was reviewed is what is copied.</summary>
    private async Task<List<ScanImage>> ReadPagesAsync(CopyRequest request, CancellationToken cancellationToken)
    {
        var pages = new List<ScanImage>(request.Files.Count);
        foreach (var file in request.Files)
        {
            var blob = await store.ReadAsync(file.Path, cancellationToken) ?? throw new IntegrityException(file.Path, "missing");
            if (Convert.ToHexStringLower(SHA256.HashData(blob.Content.Span)) != file.Sha256)
                throw new IntegrityException(file.Path, "is not the file that was uploaded");
            try
            {
                pages.Add(ScanImage.Read(blob.Content, ImageLimits.Default).Turned(file.Rotation));
            }
            catch (ImageFormatException damaged)
            {
                throw new IntegrityException(file.Path, damaged.Message);
            }
        }

        return pages;
    }
}
