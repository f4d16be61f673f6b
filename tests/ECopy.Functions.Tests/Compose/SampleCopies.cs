using System.Security.Cryptography;
using System.Text;
using ECopy.Functions.Compose;
using ECopy.Functions.Layout;
using ECopy.Functions.Sign;
using ECopy.Signing.Pdf;
using ECopy.Signing.Pdf.Images;
using ECopy.Signing.Pdf.Reading;
using ECopy.Signing.Pdf.Revisions;
using ECopy.TestKit;

namespace ECopy.Functions.Tests.Compose;

/// <summary>Copies of invented papers, and the same with both appearances filled in (by signatures that sign nothing).</summary>
internal static class SampleCopies
{
    public static readonly CopyFonts Fonts = CopyFonts.Load();

    public static readonly DateTimeOffset At = new(2026, 11, 22, 9, 41, 7, TimeSpan.FromHours(7));

    public static CopyContent Content(params byte[][] scans) => new()
    {
        AgencyLines = ["ỦY BAN NHÂN DÂN", "XÃ MẪU AN"],
        AgencyName = "UBND xã Mẫu An",
        Place = "Xã Mẫu An",
        Title = "Bằng tốt nghiệp trung học phổ thông",
        Pages = [.. scans.Select(s => ScanImage.Read(s, ImageLimits.Default))],
        OriginalPages = scans.Length,
        RegisterNumber = "0123",
        Book = "01/2026-SCT/BS-TEST",
        Date = new DateOnly(2026, 11, 22),
        SignerTitle = ["KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"],
        SignerName = "Trần Văn Mẫu",
        VerificationCode = "7Q4K-M2XB-9TVD-H3RPW",
        VerifyAddress = new Uri("https://saoy.mauan.example/v/7Q4KM2XB9TVDH3RPW"),
        VerifyAddressText = "saoy.mauan.example/v",
        ScanDigest = Convert.ToHexStringLower(SHA256.HashData(scans[0])),
        IsTest = true,
        CreatedAt = At,
    };

    public static byte[] Compose(CopyContent content) => new CopyComposer(Fonts).Compose(content).Pdf;

    public static byte[] WithAppearances(
        CopyContent content,
        byte[]? handwriting = null,
        byte[]? seal = null,
        string agency = "Ủy ban nhân dân xã Mẫu An")
    {
        var appearances = Appearances(content, handwriting, seal, agency);
        return Filled(Filled(Compose(content), "Person", appearances.Person), "Seal", appearances.Seal);
    }

    public static (Func<IPdfObjectSink, PdfReference> Person, Func<IPdfObjectSink, PdfReference> Seal) Appearances(
        CopyContent content,
        byte[]? handwriting = null,
        byte[]? seal = null,
        string agency = "Ủy ban nhân dân xã Mẫu An")
    {
        var person = new PersonAppearance
        {
            SignerName = content.SignerName,
            SigningTime = At,
            IsTest = content.IsTest,
            Handwriting = handwriting is null ? null : ScanImage.Read(handwriting, ImageLimits.Default),
        };
        var office = new SealAppearance
        {
            AgencyName = agency,
            Place = content.Place,
            SigningTime = At.AddSeconds(2),
            IsTest = content.IsTest,
            Seal = seal is null ? null : ScanImage.Read(seal, ImageLimits.Default),
        };
        return (person.Factory(Fonts), office.Factory(Fonts));
    }

    /// <summary>Keeps the file where a person can look at it; the folder is not part of the project.</summary>
    public static string Keep(string name, byte[] pdf)
    {
        var path = Path.Combine(SourceFolder.Root, "tests", ".artifacts", "copies", name + ".pdf");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, pdf);
        return path;
    }

    /// <summary>A further revision in which the field has this appearance.</summary>
    public static byte[] Filled(byte[] pdf, string field, Func<IPdfObjectSink, PdfReference> appearance)
    {
        var revision = new SignatureRevision(PdfDocument.Open(pdf));
        var entries = new PdfDictionary
        {
            ["Type"] = new PdfName("Sig"),
            ["Filter"] = new PdfName("Adobe.PPKLite"),
            ["SubFilter"] = new PdfName("ETSI.CAdES.detached"),
        };
        revision.Fill(field, new SignatureContent(entries, 64), appearance);
        return revision.Finish().Document;
    }
}
