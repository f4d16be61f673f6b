using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace ECopy.Signing.Pdf;

/// <summary>One PDF object (ISO 32000-2, 7.3). Immutable but for arrays and dictionaries under construction.</summary>
public abstract class PdfObject;

/// <summary>The null object; an absent dictionary entry reads the same.</summary>
public sealed class PdfNull : PdfObject
{
    public static readonly PdfNull Instance = new();

    private PdfNull()
    {
    }
}

/// <summary><c>true</c> or <c>false</c>.</summary>
public sealed class PdfBoolean(bool value) : PdfObject
{
    public bool Value { get; } = value;
}

/// <summary>A number; <see cref="PdfInteger"/> or <see cref="PdfReal"/>.</summary>
public abstract class PdfNumber : PdfObject
{
    public abstract double AsDouble { get; }
}

/// <summary>An integer number.</summary>
public sealed class PdfInteger(long value) : PdfNumber
{
    public long Value { get; } = value;

    public override double AsDouble => Value;
}

/// <summary>A number with a fraction. Written with at most five decimals.</summary>
public sealed class PdfReal(double value) : PdfNumber
{
    public double Value { get; } = value;

    public override double AsDouble => Value;
}

/// <summary>A string of bytes, written literally or as hex.</summary>
public sealed class PdfString(byte[] bytes, bool hex = false) : PdfObject
{
    public byte[] Bytes { get; } = bytes;

    public bool Hex { get; } = hex;

    /// <summary>A text string (7.9.2.2): ASCII as it is, anything else UTF-16BE with a byte order mark.</summary>
    public static PdfString Text(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (Ascii.IsValid(text)) return new PdfString(Encoding.ASCII.GetBytes(text));
        var encoded = new byte[2 + Encoding.BigEndianUnicode.GetByteCount(text)];
        encoded[0] = 0xFE;
        encoded[1] = 0xFF;
        Encoding.BigEndianUnicode.GetBytes(text, encoded.AsSpan(2));
        return new PdfString(encoded, hex: true);
    }

    /// <summary>The text of a text string: UTF-16BE or UTF-8 by its mark, else Latin-1 (near enough to PDFDocEncoding for comparing).</summary>
    public string AsText()
    {
        if (Bytes is [0xFE, 0xFF, ..]) return Encoding.BigEndianUnicode.GetString(Bytes, 2, Bytes.Length - 2);
        if (Bytes is [0xEF, 0xBB, 0xBF, ..]) return Encoding.UTF8.GetString(Bytes, 3, Bytes.Length - 3);
        return Encoding.Latin1.GetString(Bytes);
    }
}

/// <summary>A name without its slash; #-escapes decoded, each char one byte (Latin-1).</summary>
public sealed class PdfName(string value) : PdfObject, IEquatable<PdfName>
{
    public string Value { get; } = value;

    public bool Equals(PdfName? other) => other is not null && other.Value == Value;

    public override bool Equals(object? obj) => Equals(obj as PdfName);

    public override int GetHashCode() => Value.GetHashCode(StringComparison.Ordinal);
}

/// <summary>An indirect reference, <c>12 0 R</c>.</summary>
public sealed class PdfReference(int number, int generation = 0) : PdfObject, IEquatable<PdfReference>
{
    public int Number { get; } = number;

    public int Generation { get; } = generation;

    public bool Equals(PdfReference? other) => other is not null && other.Number == Number && other.Generation == Generation;

    public override bool Equals(object? obj) => Equals(obj as PdfReference);

    public override int GetHashCode() => HashCode.Combine(Number, Generation);

    public override string ToString() => $"{Number} {Generation} R";
}

/// <summary>An array.</summary>
public sealed class PdfArray : PdfObject, IReadOnlyList<PdfObject>
{
    private readonly List<PdfObject> items;

    public PdfArray(params IEnumerable<PdfObject> items) => this.items = [.. items];

    public int Count => items.Count;

    public PdfObject this[int index] => items[index];

    public void Add(PdfObject item) => items.Add(item);

    /// <summary>An array of numbers, integers where they are whole.</summary>
    public static PdfArray Numbers(params ReadOnlySpan<double> numbers)
    {
        var array = new PdfArray();
        foreach (var number in numbers)
            array.Add(number == Math.Floor(number) && Math.Abs(number) < 1e9 ? new PdfInteger((long)number) : new PdfReal(number));
        return array;
    }

    public IEnumerator<PdfObject> GetEnumerator() => items.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>A dictionary; keys without the slash, in the order they were added. A key set to null object is removed (7.3.7).</summary>
public sealed class PdfDictionary : PdfObject, IEnumerable<KeyValuePair<string, PdfObject>>
{
    private readonly OrderedDictionary<string, PdfObject> entries = new(StringComparer.Ordinal);

    public PdfDictionary()
    {
    }

    public PdfDictionary(IEnumerable<KeyValuePair<string, PdfObject>> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        foreach (var (key, value) in entries) this[key] = value;
    }

    /// <summary>Keys that stood more than once when this was read; the last value is the one kept. Readers differ here, so a forger may care.</summary>
    public IReadOnlyList<string> RepeatedKeys { get; internal set; } = [];

    /// <summary>Where this was read; null for dictionaries in object streams, and for most others (<see cref="DictionarySource"/>).</summary>
    public DictionarySource? Source { get; internal set; }

    public int Count => entries.Count;

    public IEnumerable<string> Keys => entries.Keys;

    /// <summary>The entry as it stands (a reference is not followed), or null when absent.</summary>
    [DisallowNull]
    public PdfObject? this[string key]
    {
        get => entries.TryGetValue(key, out var value) ? value : null;
        set
        {
            if (value is null or PdfNull) entries.Remove(key);
            else entries[key] = value;
        }
    }

    public bool Contains(string key) => entries.ContainsKey(key);

    public void Remove(string key) => entries.Remove(key);

    /// <summary>Whether the entry is this very name.</summary>
    public bool Is(string key, string name) => this[key] is PdfName found && found.Value == name;

    public IEnumerator<KeyValuePair<string, PdfObject>> GetEnumerator() => entries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>For collection initialisers.</summary>
    public void Add(string key, PdfObject value) => this[key] = value;
}

/// <summary>A stream: its dictionary and its bytes as stored (still encoded by /Filter). /Length is written from the bytes.</summary>
public sealed class PdfStream(PdfDictionary dictionary, ReadOnlyMemory<byte> encoded) : PdfObject
{
    public PdfDictionary Dictionary { get; } = dictionary;

    public ReadOnlyMemory<byte> Encoded { get; } = encoded;
}

/// <summary>Where new indirect objects go: a new document or a new revision of one.</summary>
public interface IPdfObjectSink
{
    /// <summary>Gives the object the next free number.</summary>
    PdfReference Add(PdfObject value);

    /// <summary>Takes a number now; <see cref="Set"/> must follow before the file is finished.</summary>
    PdfReference Reserve();

    /// <summary>Gives a reserved number its object.</summary>
    void Set(PdfReference reference, PdfObject value);
}
