using System.Text.Json.Nodes;

namespace PhiGateway.Cli.Common;

/// <summary>Writes the files of an answer below a new folder, and nowhere else.</summary>
internal static class BundleFolder
{
    /// <returns>How many files were written.</returns>
    public static int Write(DirectoryInfo folder, JsonArray files)
    {
        if (folder.Exists && folder.EnumerateFileSystemInfos().Any())
        {
            throw new CliFault(ExitCodes.Usage, $"{folder} is not empty.");
        }

        foreach (var file in files)
        {
            var name = (string)file!["name"]!;
            var steps = name.Split('/');
            if (steps.Any(static step => step.Length == 0 || step[0] == '.' || step.AsSpan().IndexOfAny('\\', ':') >= 0))
            {
                throw new CliFault(ExitCodes.Refused, "The answer names a file outside the bundle.");
            }

            var path = Path.Combine([folder.FullName, .. steps]);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, Convert.FromBase64String((string)file["content"]!));
        }

        return files.Count;
    }
}
