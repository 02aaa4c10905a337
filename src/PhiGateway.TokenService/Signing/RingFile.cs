using System.Globalization;
using System.Text;

namespace PhiGateway.TokenService.Signing;

/// <summary>Writes a file of the ring's folder, which is there as a whole or not at all.</summary>
internal static class RingFile
{
    /// <summary>Writes one.</summary>
    /// <param name="path">Where.</param>
    /// <param name="text">What.</param>
    /// <param name="isSecret">Whether its owner alone may read it.</param>
    public static void Write(string path, string text, bool isSecret)
    {
        // Under another name first.
        var beside = $"{path}.{Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}.new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (isSecret && !OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var stream = new FileStream(beside, options))
        {
            stream.Write(Encoding.UTF8.GetBytes(text));
            stream.Flush(flushToDisk: true);
        }

        File.Move(beside, path, overwrite: true);
    }
}
