using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using ECopy.Signing.Pades;
using ECopy.Signing.Pdf;
using ECopy.Signing.Pdf.Archive;
using ECopy.Signing.Pdf.Reading;
using ECopy.Signing.Pdf.Revisions;
using ECopy.Signing.Tests.Pades;
using ECopy.Signing.Verification.Approval;
using ECopy.TestKit;

namespace ECopy.Signing.Tests.Verification.Approval;

/// <summary>Small documents of profile approval, and a signing tool that does what it is told.</summary>
internal static class ApprovalCopies
{
    public const int Statement = 1;
    public static readonly MillimetreBox Area = new(110, 185, 85, 35);
    private const double Height = 297;

    /// <summary>A scan page and a statement page, composed without a field.</summary>
    public static byte[] Composed(string title = "Bằng tốt nghiệp")
    {
        var writer = new ArchiveWriter(new ArchiveMetadata(title, "ABCD-EFGH-JKMN-PQRST", "ECopy", TestPki.Now.ToOffset(TimeSpan.FromHours(7))));
        foreach (var ink in (PdfColour[])[new(0, 0, 0), new(60, 60, 60)])
        {
            var canvas = writer.NewCanvas(210, Height);
            canvas.Rectangle(new MillimetreBox(20, 20, 100, 100));
            canvas.Stroke(ink, 0.3);
            writer.AddPage(canvas);
        }

        ApprovalProfile.Declare(writer, Height, Area);
        return writer.Finish();
    }

    public static IReadOnlyList<double> Rect(MillimetreBox box) => [.. box.ToRectangle(Height).Select(side => ((PdfNumber)side).AsDouble)];

    /// <summary>Signs as some tool might: whatever the place, the entries, the further changes and the message are.</summary>
    public static byte[] SignOutside(
        byte[] document,
        TestIdentity signer,
        MillimetreBox? box = null,
        int page = Statement,
        string subFilter = "ETSI.CAdES.detached",
        Action<IncrementalUpdate, PdfReference>? changes = null,
        Func<byte[], byte[]>? cms = null,
        Action<PdfDictionary>? entries = null,
        bool certifies = false,
        string field = "Signature1")
    {
        var revision = new SignatureRevision(PdfDocument.Open(document));
        var dictionary = new PdfDictionary
        {
            { "Type", new PdfName("Sig") },
            { "Filter", new PdfName("Adobe.PPKLite") },
            { "SubFilter", new PdfName(subFilter) },
            { "M", PdfString.Text("D:20261122094107+07'00'") },
        };
        entries?.Invoke(dictionary);
        revision.Create(field, new SignatureContent(dictionary, 6000, certifies), new SignaturePlace(page, box is { } seen ? Rect(seen) : [0, 0, 0, 0], box is null ? null : Appearance));
        var widget = AcroFormOf(revision.Update);
        changes?.Invoke(revision.Update, widget);
        var prepared = revision.Finish();
        var covered = prepared.Range.Covered(prepared.Document).SelectMany(piece => piece.ToArray()).ToArray();
        return SignatureRevision.Embed(prepared.Document, prepared.Range, (cms ?? (bytes => Copies.Cms(bytes, signer)))(covered));
    }

    /// <summary>A message as .NET writes it: no attribute names the signer's certificate, and no issuer is inside.</summary>
    public static byte[] PlainCms(byte[] covered, TestIdentity signer)
    {
        var cms = new SignedCms(new ContentInfo(covered), detached: true);
        using var certificate = signer.Key is System.Security.Cryptography.RSA rsa
            ? signer.Certificate.CopyWithPrivateKey(rsa)
            : signer.Certificate.CopyWithPrivateKey((System.Security.Cryptography.ECDsa)signer.Key);
        cms.ComputeSignature(new CmsSigner(SubjectIdentifierType.IssuerAndSerialNumber, certificate) { IncludeOption = X509IncludeOption.EndCertOnly });
        return cms.Encode();
    }

    /// <summary>The agency's signature as the program makes it.</summary>
    public static async Task<byte[]> SealAsync(byte[] document, TestIdentity agency, bool timestamped = false)
    {
        var plan = Copies.Plan(SignatureRole.Seal, agency) with { Place = Rect(new MillimetreBox(114, 185, 35, 35)) };
        var room = timestamped ? 6000 : 0;
        var prepared = PadesPreparation.Prepare(document, plan with { ReserveForTimestamp = room });
        var cms = PadesAssembly.BuildCms(prepared, await Copies.ValueAsync(prepared, agency));
        if (!timestamped) return PadesAssembly.Embed(prepared, cms);
        var token = await LastingCopies.TokenAsync(SignatureTimestamp.Digest(cms, System.Security.Cryptography.HashAlgorithmName.SHA256), LastingCopies.SealTime);
        return PadesAssembly.Embed(prepared, SignatureTimestamp.Attach(prepared, cms, token));
    }

    public static ReturnVerdict Return(byte[] prepared, byte[] returned, TestIdentity expected, DateTimeOffset? at = null) => ReturnedSignature.Check(
        prepared,
        returned,
        new ReturnExpectation(
            Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(expected.Certificate.RawData)), [.. expected.Chain.Certificates.Skip(1)], TestPki.Instance.Anchors, at ?? TestPki.Now));

    public static PdfReference PageOf(byte[] document, int index) => PageTree.Read(PdfDocument.Open(document).Latest)[index].Reference;

    // The field is the first object that the revision reserves.
    private static PdfReference AcroFormOf(IncrementalUpdate update) => new(update.Document.Latest.NextNumber);

    private static PdfReference Appearance(IPdfObjectSink sink) => FormXObject.Draw(sink, 30, 20, canvas =>
    {
        canvas.Rectangle(new MillimetreBox(1, 1, 28, 18));
        canvas.Stroke(new PdfColour(0, 0, 150), 0.5);
    });
}
