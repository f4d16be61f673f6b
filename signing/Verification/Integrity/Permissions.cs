using ECopy.Signing.Pdf;
using ECopy.Signing.Pdf.Reading;

namespace ECopy.Signing.Verification.Integrity;

/// <summary>
/// What all signatures made so far leave open together (ISO 32000-2, 12.8.2.2, 12.8.2.4, 12.7.5.5; rules 9 to 11 of the policy).
/// </summary>
internal sealed class Permissions
{
    private const long NoChanges = 1;
    private const long FormFilling = 2;

    private readonly List<FieldLock> locks = [];
    private long lowest = long.MaxValue;

    /// <summary>Whether any of them says by DocMDP what may be changed.</summary>
    public bool IsCertified { get; private set; }

    /// <summary>Fields may be signed.</summary>
    public bool Signing => lowest > NoChanges;

    /// <summary>
    /// Other fields may be filled: the first signature said so, and none took it back. A later one cannot permit in the name of
    /// an earlier.
    /// </summary>
    public bool Filling { get; private set; }

    /// <param name="signatures">All that cover the revision before the change, in their order.</param>
    public static Permissions Of(IReadOnlyList<JudgedSignature> signatures)
    {
        var permissions = new Permissions();
        long? first = null;
        var isFirst = true;
        foreach (var signature in signatures.Where(signature => !signature.IsTimestamp))
        {
            var level = permissions.Take(signature);
            if (isFirst) first = level;
            isFirst = false;
        }

        permissions.Filling = first >= FormFilling && permissions.lowest >= FormFilling;
        return permissions;
    }

    public bool IsLocked(string field) => locks.Exists(one => one.Holds(field));

    private long? Take(JudgedSignature signature)
    {
        var revision = signature.Covered!;
        long? level = null;
        foreach (var transform in signature.Value.Transforms)
        {
            if (transform.Method == "DocMDP")
            {
                // Table 257: without /P, form filling and signing. What is no level permits nothing.
                var said = transform.Parameters is null ? FormFilling : Level(revision, transform.Parameters) ?? FormFilling;
                level = Math.Min(level ?? said, said);
                IsCertified = true;
            }
            else if (transform.Method == "FieldMDP" && transform.Parameters is { } parameters)
            {
                locks.Add(FieldLock.Read(revision, parameters));
            }
        }

        if (level is { } own) lowest = Math.Min(lowest, own);
        if (signature.Field.Lock is { } fieldLock)
        {
            locks.Add(FieldLock.Read(revision, fieldLock));
            if (Level(revision, fieldLock) is { } locked)
            {
                lowest = Math.Min(lowest, locked);
                IsCertified = true;
            }
        }

        return level;
    }

    private static long? Level(PdfRevision revision, PdfDictionary dictionary) => revision.Resolve(dictionary["P"]) switch
    {
        PdfNull => null,
        PdfInteger { Value: >= 1 and <= 3 } level => level.Value,
        _ => NoChanges,
    };
}

/// <summary>Which fields a signature locks: by fully qualified name, with all that stand below.</summary>
internal sealed record FieldLock(string? Action, IReadOnlySet<string> Fields)
{
    public static FieldLock Read(PdfRevision revision, PdfDictionary dictionary)
    {
        var names = revision.Resolve(dictionary["Fields"]) is PdfArray array ? array.Select(revision.Resolve).OfType<PdfString>().Select(name => name.AsText()) : [];
        return new FieldLock(revision.Get<PdfName>(dictionary, "Action")?.Value, names.ToHashSet());
    }

    public bool Holds(string field) => Action switch
    {
        "Include" => IsNamed(field),
        "Exclude" => !IsNamed(field),
        // All, and whatever else: a lock that cannot be read locks everything.
        _ => true,
    };

    // The field itself, or one above it.
    private bool IsNamed(string field)
    {
        for (var end = field.Length; end > 0; end = field.LastIndexOf('.', end - 1))
        {
            if (Fields.Contains(field[..end])) return true;
        }

        return false;
    }
}
