namespace ECopy.Functions.Demo.Drawing;

/// <summary>Chance that falls the same way each time (xorshift): the same picture is the same bytes.</summary>
internal sealed class Dice(uint seed)
{
    private uint state = seed * 2654435761 + 88172645;

    /// <summary>0 up to, not including, <paramref name="most"/>.</summary>
    public int Below(int most) => (int)(Next() % (uint)most);

    public double Between(double least, double most) => least + (most - least) * (Next() / (double)uint.MaxValue);

    private uint Next()
    {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        return state;
    }
}
