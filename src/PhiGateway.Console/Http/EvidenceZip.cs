using System.IO.Compression;
using PhiGateway.Proof.Evidence;

namespace PhiGateway.Console.Http;

/// <summary>Makes one file of a bundle of evidence, for whoever takes it away from a page.</summary>
internal static class EvidenceZip
{
    /// <summary>The file, written when it is asked for.</summary>
    public static ScreenAnswer.File Of(string name, IReadOnlyList<EvidenceFile> files) =>
        new(
            "application/zip",
            name,
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
