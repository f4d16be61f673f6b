using System.Security.Cryptography;

namespace ECopy.Signing.Pdf.Reading;

/// <summary>
/// The bytes that a signature covers, <c>[0 a b c]</c> (ISO 32000-2, 12.8.1): from 0 up to <paramref name="A"/>, and
/// <paramref name="C"/> bytes from <paramref name="B"/>. The gap between is the token of /Contents with its brackets.
/// </summary>
public sealed record ByteRange(long A, long B, long C)
{
    private const int Chunk = 1 << 16;

    /// <summary>Where the covered bytes end.</summary>
    public long End => B + C;

    public SourceSpan Gap => new(A, B);

    /// <summary>Bytes of CMS for which the gap has room.</summary>
    public long Capacity => (B - A - 2) / 2;

    /// <summary>Whether the four numbers make sense in a file of that length.</summary>
    public bool Fits(long fileLength) => A >= 0 && B >= A && C >= 0 && B <= fileLength && C <= fileLength - B;

    /// <summary>The two covered pieces.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Covered(ReadOnlyMemory<byte> document)
    {
        if (!Fits(document.Length)) throw new ArgumentOutOfRangeException(nameof(document), "the byte range does not fit the document");
        return [document[..(int)A], document.Slice((int)B, (int)C)];
    }

    public byte[] Digest(ReadOnlyMemory<byte> document, HashAlgorithmName algorithm)
    {
        using var hash = IncrementalHash.CreateHash(algorithm);
        foreach (var piece in Covered(document)) hash.AppendData(piece.Span);
        return hash.GetHashAndReset();
    }

    /// <summary>The same over a stream, read once from its present position on, without holding the document.</summary>
    public async Task<byte[]> DigestAsync(Stream document, HashAlgorithmName algorithm, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(document);
        if (A < 0 || B < A || C < 0) throw new InvalidOperationException("not a byte range");
        using var hash = IncrementalHash.CreateHash(algorithm);
        var buffer = new byte[Chunk];
        await ReadAsync(document, A, buffer, hash, cancellationToken);
        await ReadAsync(document, B - A, buffer, null, cancellationToken);
        await ReadAsync(document, C, buffer, hash, cancellationToken);
        return hash.GetHashAndReset();
    }

    private static async Task ReadAsync(Stream document, long count, byte[] buffer, IncrementalHash? hash, CancellationToken cancellationToken)
    {
        while (count > 0)
        {
            var read = await document.ReadAsync(buffer.AsMemory(0, (int)Math.Min(count, buffer.Length)), cancellationToken);
            if (read == 0) throw new EndOfStreamException("the document is shorter than its byte range");
            hash?.AppendData(buffer, 0, read);
            count -= read;
        }
    }
}
