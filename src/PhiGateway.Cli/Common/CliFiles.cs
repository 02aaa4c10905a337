using System.Text;
using System.Text.Json.Nodes;
using PhiGateway.RegistryFiles.Yaml;

namespace PhiGateway.Cli.Common;

/// <summary>Reads the files that commands name; what cannot be read is a fault in words.</summary>
internal static class CliFiles
{
    public static byte[] Read(FileInfo file)
    {
        try
        {
            return File.ReadAllBytes(file.FullName);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CliFault(ExitCodes.Usage, $"{file} cannot be read.");
        }
    }

    /// <summary>Puts a secret into a new file that its owner alone reads.</summary>
    public static void WriteSecret(FileInfo file, string secret)
    {
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            using var writer = new StreamWriter(file.FullName, Encoding.ASCII, options);
            writer.Write(secret);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Shown once: what cannot be put away is said, or it would be lost.
            throw new CliFault(ExitCodes.Usage, $"{file} cannot be written. The secret, shown this once: {secret}");
        }
    }

    /// <summary>One YAML or JSON object.</summary>
    public static JsonObject ReadObject(FileInfo file) =>
        RegistryText.Parse(Encoding.UTF8.GetString(Read(file)), out var problem) as JsonObject
        ?? throw new CliFault(ExitCodes.Usage, $"{file}: {problem ?? "one object is expected."}");
}
