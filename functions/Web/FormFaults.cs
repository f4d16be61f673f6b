namespace ECopy.Functions.Web;

/// <summary>Tells a form that was sent wrong from a disk that is full.</summary>
internal static class FormFaults
{
    private const int PlainIoFault = unchecked((int)0x80131620);

    /// <summary>Wrongly put together, or ended too early; a fault of our own disk carries its own number.</summary>
    public static bool IsSenders(Exception fault) => fault is InvalidDataException or IOException { HResult: PlainIoFault };
}
