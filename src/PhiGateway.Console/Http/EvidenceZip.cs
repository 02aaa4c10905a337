using System.IO.Compression;
using PhiGateway.Proof.Evidence;

namespace PhiGateway.Console.Http;

/// <summary>Makes one file of a bundle of evidence, for whoever takes it away from a page.</summary>
internal static class EvidenceZip
{
    /// <summary>The file, written when it is asked for.</summary>
    /// <exception cref="InvalidDataException">A name leads out of the folder into which somebody unpacks it.</exception>
    public static ScreenAnswer.File Of(string name, IReadOnlyList<EvidenceFile> files)
    {
        foreach (var file in files)
        {
            if (!IsInside(file.Name))
            {
                throw new InvalidDataException("A file of the evidence has a name that leads out of it.");
            }
        }

        return new ScreenAnswer.File(
            "application/zip",
            Plain(name),
            async context =>
            {
                using var bytes = new MemoryStream();
                using (var archive = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
                {
                    foreach (var file in files)
                    {
                        await using var entry = await archive.CreateEntry(file.Name).OpenAsync(context.RequestAborted);
                        await entry.WriteAsync(file.Content, context.RequestAborted);
                    }
                }

                bytes.Position = 0;
                await bytes.CopyToAsync(context.Response.Body, context.RequestAborted);
            }
        );
    }

    // Names come from logs of nodes and ids of records; what is none of that is nobody's evidence.
    private static bool IsInside(string name) =>
        name.Length > 0
        && !name.Any(static c => c is < ' ' or '\\' or ':')
        && name.Split('/').All(static part => part is not ("" or "." or ".."));

    // It stands in a header between quotes, and then in somebody's folder.
    private static string Plain(string name) =>
        string.Concat(name.Select(static (c, place) => char.IsAsciiLetterOrDigit(c) || c == '_' || (c == '.' && place > 1) ? c : '-'));
}
