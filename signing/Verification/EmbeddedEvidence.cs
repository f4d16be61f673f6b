using System.Formats.Asn1;
using ECopy.Signing.Cms;
using ECopy.Signing.Trust.Revocation;

namespace ECopy.Signing.Verification;

/// <summary>Revocation data inside a signed message: beside its certificates (RFC 5652, 10.2.1; RFC 5940), or in Adobe's signed attribute.</summary>
internal static class EmbeddedEvidence
{
    private const string Archival = "1.2.840.113583.1.1.8";
    private const string OcspInfo = "1.3.6.1.5.5.7.16.2";
    private const int Most = 64;
    private static readonly Asn1Tag Context0 = new(TagClass.ContextSpecific, 0, isConstructed: true);
    private static readonly Asn1Tag Context1 = new(TagClass.ContextSpecific, 1, isConstructed: true);

    public static RevocationEvidence Of(CmsSignedData cms)
    {
        var answers = new List<ReadOnlyMemory<byte>>();
        var lists = new List<ReadOnlyMemory<byte>>();
        foreach (var piece in cms.Revocations) Try(() => Sort(piece, answers, lists));
        foreach (var signer in cms.Signers)
        {
            if (signer.Single(Archival) is { } value) Try(() => ReadArchival(value, answers, lists));
        }

        return RevocationEvidence.Read(answers.Take(Most), lists.Take(Most));
    }

    private static void Sort(ReadOnlyMemory<byte> piece, List<ReadOnlyMemory<byte>> answers, List<ReadOnlyMemory<byte>> lists)
    {
        var reader = new AsnReader(piece, AsnEncodingRules.BER);
        if (reader.PeekTag() != Context1)
        {
            lists.Add(piece);
            return;
        }

        var other = reader.ReadSequence(Context1);
        if (other.ReadObjectIdentifier() == OcspInfo) answers.Add(other.ReadEncodedValue());
    }

    // RevocationInfoArchival { crl [0] EXPLICIT SEQUENCE OF CRL, ocsp [1] EXPLICIT SEQUENCE OF OCSPResponse, … }, each optional.
    private static void ReadArchival(ReadOnlyMemory<byte> value, List<ReadOnlyMemory<byte>> answers, List<ReadOnlyMemory<byte>> lists)
    {
        var reader = new AsnReader(value, AsnEncodingRules.BER).ReadSequence();
        foreach (var (tag, pieces) in new[] { (Context0, lists), (Context1, answers) })
        {
            if (!reader.HasData || reader.PeekTag() != tag) continue;
            var list = reader.ReadSequence(tag).ReadSequence();
            while (list.HasData && pieces.Count < Most) pieces.Add(list.ReadEncodedValue());
        }
    }

    // Evidence that cannot be read is no evidence; that it is missing is said where it is needed.
    private static void Try(Action read)
    {
        try
        {
            read();
        }
        catch (AsnContentException)
        {
        }
    }
}
