using System.Globalization;
using System.Text.Json.Nodes;
using PhiGateway.Admin.Decisions;
using PhiGateway.Admin.Trail;
using PhiGateway.Console.Http;
using PhiGateway.Console.Pages.Search;
using PhiGateway.Console.Rendering;

namespace PhiGateway.Console.Pages.Access;

/// <summary>Shows one record of the trail with its decision in words and its proof; each look is on record.</summary>
internal sealed class AccessScreen(TrailSearch search, DecisionExplainer explainer, TrailProofs proofs)
{
    private static readonly string[] Decisions = ["decision", "disclosure", "intent"];

    /// <summary>The page.</summary>
    public async Task<ScreenAnswer> ShowAsync(ConsoleRequest request)
    {
        var (call, id) = (request.Call, request.Route("id"));
        if ((await search.ReadAsync(call, id)).Failed(out var problem, out var found))
        {
            return problem;
        }

        var record = found["record"]!["record"] as JsonObject ?? [];
        if (TrailLine.Of(found["record"]) is not { } line)
        {
            return Admin.Calls.AdminProblem.NotFound("record");
        }

        var isDecision = Decisions.Contains(line.Kind);
        var explanation = isDecision ? (await explainer.ExplainAsync(call with { RequestId = Guid.CreateVersion7() }, id)).Value : null;
        var sequence = TrailLine.Number((JsonObject)found["record"]!, "sequence");
        var log = TrailLine.Text((JsonObject)found["record"]!, "log") ?? string.Empty;
        var (proof, noProof) = await ProveAsync(request, log, sequence);
        return new PageContent(
            "One access",
            "audit",
            typeof(AccessPage),
            new AccessModel(
                line,
                AccessFacts.Of(record),
                (record["patients"] as JsonArray)?.Count ?? 0,
                explanation,
                [.. (found["children"] as JsonArray ?? []).Select(TrailLine.Of).OfType<TrailLine>()],
                log,
                sequence,
                TrailLine.Text((JsonObject)found["record"]!, "chain_hash") ?? string.Empty,
                proof,
                noProof,
                TrailLine.Text(record, "before"),
                TrailLine.Text(record, "after")
            )
        )
        {
            OnRecord = "that you opened this record.",
        };
    }

    /// <summary>Everything with which somebody else can verify the record, as one archive.</summary>
    public async Task<ScreenAnswer> EvidenceAsync(ConsoleRequest request)
    {
        var id = request.Route("id");
        return (await proofs.EvidenceAsync(request.Call, id)).Failed(out var problem, out var bundle)
            ? problem
            : EvidenceZip.Of($"evidence-{Guid.Parse(id):D}.zip", bundle.Files);
    }

    private async Task<(string? Proof, string? Why)> ProveAsync(ConsoleRequest request, string log, long sequence)
    {
        if ((await proofs.ReportAsync(request.Call)).Failed(out var problem, out var report))
        {
            return (null, problem.Detail ?? problem.Title);
        }

        if (report.Log != log)
        {
            return (null, $"The record stands in the log {log}: the node that writes it proves it.");
        }

        return (await proofs.InclusionAsync(request.Call, sequence.ToString(CultureInfo.InvariantCulture))).Failed(
            out problem,
            out var inclusion
        )
            ? (null, problem.Detail ?? problem.Title)
            : (inclusion.Proof, null);
    }
}
