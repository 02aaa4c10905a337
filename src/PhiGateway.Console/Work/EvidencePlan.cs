using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Trail;
using PhiGateway.Console.Http;

namespace PhiGateway.Console.Work;

/// <summary>Makes a bundle of evidence behind the pages, as one file; begun by the screens that have one.</summary>
internal static class EvidencePlan
{
    /// <summary>The plan.</summary>
    /// <param name="title">What it is called on a page.</param>
    /// <param name="back">The page from which it is begun.</param>
    /// <param name="fileName">Name of the file.</param>
    /// <param name="make">Gathers it; on record by itself.</param>
    public static JobPlan Of(string title, string back, string fileName, Func<AdminCall, Task<Outcome<EvidenceReport>>> make) =>
        new(
            title,
            [AdminRoles.Auditor],
            back,
            async run =>
            {
                if ((await make(run.Call)).Failed(out var problem, out var found))
                {
                    return problem;
                }

                run.Whole = found.Files.Count;
                await using var file = new JobStream(run);
                await EvidenceZip.WriteAsync(found.Files, file, count => run.Advance(count), run.Call.Cancelled);
                return null;
            }
        )
        {
            ContentType = "application/zip",
            FileName = EvidenceZip.NameOf(fileName),
            Unit = ("file", "files"),
        };
}
