using System.Security.Cryptography;
using ECopy.Signing.Cms;
using ECopy.Signing.Pdf.Reading;
using ECopy.TestKit;
using Xunit.Abstractions;

namespace ECopy.Signing.Tests.Cms;

/// <summary>Signatures that other programs made, from the corpus.</summary>
public class OtherVendorsTests(ITestOutputHelper output)
{
    [CorpusFact]
    public void Signatures_of_other_vendors_verify_where_the_file_is_valid()
    {
        var verified = 0;
        foreach (var entry in SignedCorpus.Entries.Where(entry => entry.IsValid))
        {
            var document = PdfDocument.Open(SignedCorpus.Read(entry.File));
            foreach (var value in AcroForm.Read(document.Latest).SignatureFields.Select(field => field.Signature).OfType<SignatureValue>())
            {
                var cms = CmsSignedData.Read(value.Contents!.Value);
                var signer = Assert.Single(cms.Signers);
                // A document timestamp signs its own content, which names the document's digest.
                var digest = value.SubFilter == "ETSI.RFC3161"
                    ? CryptographicOperations.HashData(signer.DigestHash!.Value, cms.Content!.Value.Span)
                    : value.ByteRange!.Digest(document.File, signer.DigestHash!.Value);
                // Ed25519 (RFC 8410) is not known to the platform: named as unsupported, never as wrong.
                var expected = signer.SignatureAlgorithmOid == "1.3.101.112" ? CmsVerdict.Unsupported : CmsVerdict.Passed;
                Assert.True(signer.Verify(digest, signer.FindCertificate(cms.Certificates)!) == expected, $"{entry.File} {value.SubFilter}");
                output.WriteLine($"{entry.File} {value.SubFilter} {signer.SignatureAlgorithmOid} ESS v{signer.SigningCertificate?.Version}");
                if (value.SubFilter == "ETSI.CAdES.detached") Assert.True(signer.SigningCertificate!.Matches(signer.FindCertificate(cms.Certificates)!));
                verified++;
            }
        }

        Assert.True(verified >= 15, $"only {verified} signatures were found");
    }
}
