using System.Globalization;

namespace PhiGateway.Gateway.Configuration;

/// <summary>Reads sizes as people write them: <c>512 MiB</c>, <c>40 GiB</c>; the unit is required, so that none is guessed.</summary>
internal static class ByteSize
{
    /// <summary>Reads a whole number with one of B, KiB, MiB, GiB, TiB.</summary>
    public static bool TryParse(string text, out long bytes)
    {
        bytes = 0;
        var parts = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (
            parts.Length != 2
            || !long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || number > 1_000_000
        )
        {
            return false;
        }

        var shift = parts[1] switch
        {
            "B" => 0,
            "KiB" => 10,
            "MiB" => 20,
            "GiB" => 30,
            "TiB" => 40,
            _ => -1,
        };
        if (shift < 0)
        {
            return false;
        }

        bytes = number << shift;
        return true;
    }
}
