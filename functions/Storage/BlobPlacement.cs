using System.Runtime.CompilerServices;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Specialized;

namespace ECopy.Functions.Storage;

/// <summary>Which container a path lies in, and under which name. The rule is kept for good: what was stored is found by it.</summary>
internal abstract class BlobPlacement
{
    public abstract (string Container, string Name) Of(string path);

    /// <summary>
    /// The containers that hold what begins with a prefix (empty: everything), each with the part of the path that its names
    /// lack and the names' own prefix. The first may mix with the others, which follow in the order of their paths.
    /// </summary>
    public abstract IAsyncEnumerable<BlobContainerPart> PartsAsync(BlobServiceClient service, string prefix, CancellationToken cancellationToken);

    public BlockBlobClient BlobOf(BlobServiceClient service, string path)
    {
        ArgumentNullException.ThrowIfNull(service);
        var (container, name) = Of(path);
        return service.GetBlobContainerClient(container).GetBlockBlobClient(name);
    }
}

/// <param name="Hidden">Before each name, in the path.</param>
/// <param name="Prefix">Of the names.</param>
/// <param name="Above">Before each path, in the name.</param>
internal sealed record BlobContainerPart(string Container, string Hidden, string Prefix, string Above = "")
{
    public string PathOf(string name) => Hidden + name[Above.Length..];
}

/// <summary>
/// One container per first path segment, so that rights, immutability and life cycle can differ between copies, register and
/// work files. What cannot name a container, and what lies at the top, is kept under its whole path in one of its own.
/// </summary>
/// <param name="begin">Before every container's name.</param>
internal sealed class ContainerPerSegment(string begin = ContainerPerSegment.UsualPrefix) : BlobPlacement
{
    public const string UsualPrefix = "ecopy-";
    private const string Top = "root";

    public override (string Container, string Name) Of(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var end = path.IndexOf('/', StringComparison.Ordinal);
        var first = end < 0 ? "" : path[..end];
        return IsContainerName(first) && first != Top ? (begin + first, path[(end + 1)..]) : (begin + Top, path);
    }

    public override async IAsyncEnumerable<BlobContainerPart> PartsAsync(
        BlobServiceClient service, string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(service);
        if (prefix.Length > 0)
        {
            var (container, below) = Of(prefix);
            yield return new BlobContainerPart(container, prefix[..(prefix.Length - below.Length)], below);
            yield break;
        }

        var segments = new List<string>();
        await foreach (var container in service.GetBlobContainersAsync(prefix: begin, cancellationToken: cancellationToken))
        {
            if (container.Name != begin + Top) segments.Add(container.Name[begin.Length..] + '/');
        }

        yield return new BlobContainerPart(begin + Top, "", "");
        // "a-b/x" comes before "a/x".
        foreach (var segment in segments.Order(StringComparer.Ordinal)) yield return new BlobContainerPart(begin + segment[..^1], segment, "");
    }

    /// <summary>Letters or digits and one hyphen at the end: so that no store's containers are among those of another one.</summary>
    public static bool IsPrefix(string prefix) => prefix is { Length: >= 2 and <= 30 } && prefix[^1] == '-' && prefix[..^1].All(letter => letter != '-' && IsLetter(letter));

    /// <summary>Lower-case letters, digits and single hyphens, 3 to 63 with the prefix.</summary>
    private bool IsContainerName(string segment) =>
        segment.Length > 0
        && begin.Length + segment.Length is >= 3 and <= 63
        && segment.All(IsLetter)
        && segment[0] != '-' && segment[^1] != '-' && !segment.Contains("--", StringComparison.Ordinal);

    private static bool IsLetter(char letter) => letter is >= 'a' and <= 'z' or >= '0' and <= '9' or '-';
}

/// <summary>Everything in one container, below one folder: the witness of a store in an account of its own.</summary>
internal sealed class OneContainer(string container, string folder) : BlobPlacement
{
    public override (string Container, string Name) Of(string path) => (container, $"{folder}/{path}");

    public override async IAsyncEnumerable<BlobContainerPart> PartsAsync(
        BlobServiceClient service, string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        yield return new BlobContainerPart(container, "", $"{folder}/{prefix}", $"{folder}/");
    }
}
