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

    /// <summary>One YAML or JSON object.</summary>
    public static JsonObject ReadObject(FileInfo file) =>
        RegistryText.Parse(Encoding.UTF8.GetString(Read(file)), out var problem) as JsonObject
        ?? throw new CliFault(ExitCodes.Usage, $"{file}: {problem ?? "one object is expected."}");
}
