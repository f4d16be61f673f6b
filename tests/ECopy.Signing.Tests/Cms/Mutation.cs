namespace ECopy.Signing.Tests;

/// <summary>Random damage: bytes set, flipped, removed, doubled.</summary>
internal static class Mutation
{
    public static byte[] Of(byte[] sample, Random random, int edits)
    {
        var mutated = sample.ToList();
        for (var left = random.Next(1, edits + 1); left > 0 && mutated.Count > 0; left--)
        {
            var at = random.Next(mutated.Count);
            switch (random.Next(5))
            {
                case 0: mutated[at] = (byte)random.Next(256); break;
                case 1: mutated[at] ^= (byte)(1 << random.Next(8)); break;
                case 2: mutated.RemoveRange(at, Math.Min(random.Next(1, 20), mutated.Count - at)); break;
                case 3: mutated.InsertRange(at, mutated.GetRange(at, Math.Min(random.Next(1, 20), mutated.Count - at))); break;
                default: mutated[at] = 0x80; break;
            }
        }

        return [.. mutated];
    }
}
