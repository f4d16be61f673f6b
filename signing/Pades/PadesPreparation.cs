using System.Globalization;
using System.Security.Cryptography;
using ECopy.Signing.Cms;
using ECopy.Signing.Pdf;
using ECopy.Signing.Pdf.Reading;
using ECopy.Signing.Pdf.Revisions;

namespace ECopy.Signing.Pades;

/// <summary>The first stage of a signature: everything that can be done, and can fail, without the key.</summary>
public static class PadesPreparation
{
    /// <summary>
    /// Appends a revision with an unsigned signature and gives the digest for the key. The same document and plan give the same bytes.
    /// </summary>
    /// <exception cref="SignatureRefusedException">The document does not declare this signature, or it is not its turn.</exception>
    /// <exception cref="Keys.KeyRefusedException">Key or algorithm are not used for signing.</exception>
    /// <exception cref="PdfFormatException">The document is no usable PDF.</exception>
    public static PreparedSignature Prepare(ReadOnlyMemory<byte> document, SignaturePlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        // Overflow is found here, not after a signature was spent.
        var bound = CmsSignature.UpperBound(plan.Algorithm, plan.Chain, plan.ReserveForTimestamp);
        var capacity = plan.Capacity ?? bound;
        if (capacity < bound) throw new SignatureRefusedException("contents-overflow", $"The signature may need {bound} bytes, and only {capacity} are planned.");

        var pdf = PdfDocument.Open(document);
        var form = AcroForm.Read(pdf.Latest);
        var approval = ApprovalProfile.Read(pdf.Revisions[0]);
        if (approval is null) RequireTurn(form, plan.Role, pdf.Latest);
        else RequireTurn(form, plan, approval);
        var field = approval is null ? SignatureProfile.FieldOf(plan.Role) : FreeName(form, plan.Role);
        var prepared = Append(pdf, plan, capacity, field, approval);
        var attributes = SignedAttributes.Create(plan.Algorithm, prepared.Range.Digest(prepared.Document, plan.Algorithm.Hash), plan.Chain.Signer);
        return new PreparedSignature(
            prepared.Document,
            field,
            prepared.Range,
            capacity,
            attributes,
            CryptographicOperations.HashData(plan.Algorithm.Hash, attributes),
            plan.Algorithm,
            plan.Chain);
    }

    private static Pdf.Revisions.PreparedSignature Append(PdfDocument pdf, SignaturePlan plan, int capacity, string field, ApprovalProfile? approval)
    {
        try
        {
            var revision = new SignatureRevision(pdf);
            var entries = Entries(plan);
            if (approval is not null)
            {
                var place = new SignaturePlace(approval.PageIndex, plan.Place ?? [0, 0, 0, 0], plan.Place is null ? null : plan.Appearance);
                revision.Create(field, new SignatureContent(entries, capacity), place);
                return revision.Finish();
            }

            entries["Reference"] = SignatureProfile.References(plan.Role, pdf.Latest.CatalogReference);
            revision.Fill(field, new SignatureContent(entries, capacity, Certifies: plan.Role == SignatureRole.Person), plan.Appearance);
            return revision.Finish();
        }
        catch (PdfUpdateException refused)
        {
            throw new SignatureRefusedException(refused.Code, refused.Message, refused);
        }
    }

    private static void RequireTurn(AcroForm form, SignaturePlan plan, ApprovalProfile approval)
    {
        var signed = form.SignatureFields.Count(one => one.Signature is { SubFilter: not DocumentTimestamp.SubFilter });
        if (plan.Role == SignatureRole.Person && signed > 0) throw new SignatureRefusedException("signature-order", "The person's signature comes first.");
        if (plan.Role == SignatureRole.Seal && signed != 1) throw new SignatureRefusedException("signature-order", "The agency's signature comes after the person's.");
        if (plan.Place is { } place && !approval.Holds(place)) throw new SignatureRefusedException("field-unusable", "The signature would be seen outside the areas that are kept for signatures.");
    }

    // A tool from outside may have called its field so.
    private static string FreeName(AcroForm form, SignatureRole role)
    {
        var name = SignatureProfile.FieldOf(role);
        for (var number = 2; form.Find(name) is not null; number++) name = SignatureProfile.FieldOf(role) + number.ToString(CultureInfo.InvariantCulture);
        return name;
    }

    private static void RequireTurn(AcroForm form, SignatureRole role, PdfRevision revision)
    {
        var name = SignatureProfile.FieldOf(role);
        var field = form.Find(name) ?? throw new SignatureRefusedException("field-missing", $"The document declares no signature field {name}.");
        if (!SignatureProfile.IsLock(role, field.Lock, revision))
            throw new SignatureRefusedException("lock-missing", $"The field {name} does not carry the lock of its signature.");

        var signed = form.SignatureFields.Where(one => one.Value is not null).Select(one => one.Name).ToList();
        if (signed.Contains(name)) throw new SignatureRefusedException("field-signed", $"The field {name} is signed already.");
        if (role == SignatureRole.Person && signed.Count > 0)
            throw new SignatureRefusedException("signature-order", "The person's signature comes first.");
        if (role == SignatureRole.Seal && signed is not [SignatureProfile.PersonField])
            throw new SignatureRefusedException("signature-order", "The agency's signature comes after the person's.");
    }

    private static PdfDictionary Entries(SignaturePlan plan)
    {
        var entries = new PdfDictionary
        {
            { "Type", new PdfName("Sig") },
            { "Filter", new PdfName(SignatureProfile.Filter) },
            { "SubFilter", new PdfName(SignatureProfile.SubFilter) },
            { "M", PdfString.Text(PdfDate.Write(plan.ClaimedTime)) },
            { "Name", PdfString.Text(plan.Name) },
        };
        if (plan.Reason is not null) entries["Reason"] = PdfString.Text(plan.Reason);
        if (plan.Location is not null) entries["Location"] = PdfString.Text(plan.Location);
        return entries;
    }
}
