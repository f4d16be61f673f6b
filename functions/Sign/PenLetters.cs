namespace ECopy.Functions.Sign;

/// <summary>Control points of written shapes; x along the line, y upwards, a capital one high. Everything is written in one go.</summary>
internal static class PenLetters
{
    public static List<(double X, double Y)> Word(PenStroke.Choice choice)
    {
        List<(double X, double Y)> points = [.. Capital(choice)];
        var letters = 3 + choice.OneOf(3);
        var height = choice.Between(0.30, 0.42);
        for (var i = 0; i < letters; i++)
        {
            var x = points[^1].X;
            var size = height * choice.Between(0.85, 1.15);
            points.AddRange(Letter(choice, x, size, choice.Between(0.16, 0.24)));
            // Letters shrink and hurry towards the end, as names do when written often.
            height *= 0.86;
        }

        var (endX, endY) = points[^1];
        points.AddRange(choice.OneOf(2) == 0
            ? [(endX + 0.16, endY + 0.05), (endX + choice.Between(0.42, 0.62), endY + choice.Between(0.12, 0.3))]
            : [(endX + 0.10, endY + 0.16), (endX + 0.24, endY + 0.04), (endX + choice.Between(0.5, 0.66), endY + 0.1)]);
        return points;
    }

    /// <summary>The stroke that ends a signature: a loop under the word, a rising line, a bar through the tail, or nothing.</summary>
    public static List<(double X, double Y)>? Flourish(PenStroke.Choice choice, double right)
    {
        var low = choice.Between(-0.30, -0.16);
        return choice.OneOf(4) switch
        {
            0 => [(right * 0.82, -0.02), (right * 0.5, low + 0.06), (right * 0.2, low), (right * 0.13, low - 0.09), (right * 0.3, low - 0.12), (right * 0.95, low + 0.12)],
            1 => [(right * 0.12, low), (right * 0.45, low + 0.02), (right * choice.Between(0.86, 1), low + 0.2)],
            2 => [(right * 0.42, 0.5), (right * 0.7, 0.56), (right * choice.Between(0.92, 1.04), 0.66)],
            _ => null,
        };
    }

    private static (double X, double Y)[] Capital(PenStroke.Choice choice) => choice.OneOf(5) switch
    {
        // A tall loop with a foot.
        0 => [(0, 0.42), (0.2, 0.7), (0.33, 0.98), (0.27, 1.02), (0.2, 0.6), (0.13, 0.05), (0.02, -0.04), (0.02, 0.1), (0.3, 0.2)],
        // Two strokes like an N.
        1 => [(0, -0.02), (0.1, 0.55), (0.2, 0.98), (0.24, 0.9), (0.27, 0.4), (0.33, 0.02), (0.4, 0.35), (0.55, 1), (0.57, 0.86), (0.5, 0.3), (0.58, 0.06)],
        // A curved stem with a roof, like a T.
        2 => [(0.02, 0.78), (0.12, 0.93), (0.4, 0.9), (0.62, 0.98), (0.5, 0.98), (0.34, 0.7), (0.26, 0.2), (0.12, -0.02), (0.04, 0.12), (0.3, 0.22), (0.5, 0.06)],
        // A wide round, like an L or C.
        3 => [(0.42, 0.84), (0.4, 0.98), (0.24, 0.96), (0.08, 0.6), (0.06, 0.2), (0.22, 0), (0.42, 0.16), (0.44, 0.42), (0.3, 0.4), (0.36, 0.12), (0.56, 0.06)],
        // A stem, then a bow that comes back, like a P or B.
        _ => [(0.1, 0.9), (0.13, 0.5), (0.08, -0.03), (0.12, 0.5), (0.2, 0.92), (0.42, 1), (0.5, 0.78), (0.34, 0.52), (0.22, 0.46), (0.46, 0.36), (0.44, 0.08), (0.58, 0.06)],
    };

    private static (double X, double Y)[] Letter(PenStroke.Choice choice, double x, double high, double wide) => choice.OneOf(5) switch
    {
        // An arch.
        0 => [(x + wide * 0.45, high), (x + wide * 0.62, high * 0.8), (x + wide * 0.66, high * 0.12), (x + wide, high * 0.16)],
        // Two narrow arches.
        1 => [(x + wide * 0.3, high), (x + wide * 0.42, high * 0.1), (x + wide * 0.78, high * 0.92), (x + wide * 0.92, high * 0.08), (x + wide * 1.2, high * 0.2)],
        // A small loop.
        2 => [(x + wide * 0.6, high * 0.62), (x + wide * 0.5, high), (x + wide * 0.26, high * 0.7), (x + wide * 0.4, high * 0.06), (x + wide, high * 0.18)],
        // A tall loop.
        3 => [(x + wide * 0.7, high * 1.5), (x + wide * 0.6, high * 1.95), (x + wide * 0.42, high * 1.4), (x + wide * 0.44, high * 0.1), (x + wide, high * 0.2)],
        // A loop below the line.
        _ => [(x + wide * 0.5, high * 0.9), (x + wide * 0.62, high * 0.3), (x + wide * 0.5, -high * 0.6), (x + wide * 0.26, -high * 0.62), (x + wide * 0.5, -high * 0.02), (x + wide * 1.05, high * 0.24)],
    };
}
