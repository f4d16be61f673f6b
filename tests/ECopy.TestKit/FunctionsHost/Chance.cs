using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace ECopy.TestKit.FunctionsHost;

/// <summary>
/// Decisions that depend on the seed and on what they are about, not on who asked first: the same seed repeats and reorders the
/// same deliveries, however the threads run.
/// </summary>
internal sealed class Chance(int seed)
{
    /// <summary>A number from 0 up to 1.</summary>
    public double Of(string what) =>
        BinaryPrimitives.ReadUInt32LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(FormattableString.Invariant($"{seed} {what}")))) / 4294967296.0;

    public bool Comes(double probability, string what) => Of(what) < probability;

    /// <summary>The same things in another order.</summary>
    public IReadOnlyList<T> Shuffled<T>(IReadOnlyList<T> things, string what) =>
        [.. things.Select((thing, index) => (thing, order: Of(FormattableString.Invariant($"{what} {index}")))).OrderBy(pair => pair.order).Select(pair => pair.thing)];
}
