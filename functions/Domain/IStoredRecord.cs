namespace ECopy.Functions.Domain;

/// <summary>
/// A record that is stored by itself as JSON. Its first member is the number of the schema it was written with:
/// older ones are read, newer ones are refused, since rewriting them would drop what this program does not know.
/// </summary>
public interface IStoredRecord
{
    static abstract int CurrentSchema { get; }

    int Schema { get; }
}
