using System.Text;
using System.Text.Json.Nodes;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Decisions;
using PhiGateway.Admin.Trail;
using PhiGateway.Audit.Shipping;
using PhiGateway.Console.Http;
using PhiGateway.Console.Pages.Search;
using PhiGateway.Console.Parts;
using PhiGateway.Console.Rendering;
using PhiGateway.Console.Sessions;
using PhiGateway.Console.Work;

namespace PhiGateway.Console.Pages.Access;

/// <summary>Shows one record of the trail with its decision in words and its proof; each look is on record.</summary>
internal sealed class AccessScreen(TrailSearch search, DecisionExplainer explainer, TrailProofs proofs, LongWork work, Jobs jobs)
{
    private static readonly string[] Decisions = ["decision", "disclosure", "intent"];

    private static readonly AdminProblem OfNobodyOpened = AdminProblem.Invalid(
        string.Empty,
        "required",
        "This record is of no patient that you have opened: open the patient first, with a reason."
    );

    /// <summary>The page.</summary>
    public async Task<ScreenAnswer> ShowAsync(ConsoleRequest request)
    {
        var (call, id) = (request.Call, request.Route("id"));
        var isReader = call.Caller.HasAny(ConsoleSections.TrailReaders);
        // A page that asks again by itself is the same look still: nothing is read anew, nor on record a second time.
        var found = request.IsAgain && isReader ? work.Held<FoundRecord>(HeldKey(request, id)) : null;
        if (found is null && (await FindAsync(request, id, isReader)).Failed(out var problem, out found))
        {
            return problem;
        }

        var shown = TrailSearch.Render(found.Record);
        if (shown["record"] is not JsonObject record || TrailLine.Of(shown) is not { } line)
        {
            return AdminProblem.NotFound("record");
        }

        var explained = isReader && Decisions.Contains(line.Kind) ? await ExplainAsync(request, found.Record.Id) : null;
        var isExplaining = explained is { Made: null };
        Keep(HeldKey(request, found.Record.Id.ToString("D")), found, isExplaining);
        return new PageContent(
            "One access",
            "audit",
            typeof(AccessPage),
            new AccessModel(
                line,
                isReader ? AccessFacts.Of(record) : [.. AccessFacts.Of(record).Select(static fact => fact with { Href = null })],
                (record["patients"] as JsonArray)?.Count ?? 0,
                explained?.Made?.Outcome.Value,
                LinesOf(found.Others),
                found.IsCut,
                LinesOf(found.Twins),
                found.Record.Log,
                found.Record.Sequence,
                Convert.ToHexStringLower(found.Record.ChainHash.Span),
                proofs.Verify(found.Record),
                AccessStages.Of(found),
                TrailLine.Text(record, "before"),
                TrailLine.Text(record, "after"),
                isReader
            )
            {
                IsExplaining = isExplaining,
            }
        )
        {
            OnRecord = "that you opened this record.",
            Again = isExplaining ? WaitAnswer.Soon(Links.Access(found.Record.Id)) : null,
        };
    }

    private static WorkKey HeldKey(ConsoleRequest request, string id) => WorkKey.Of(request, "record beside its explanation", id);

    // Only as long as the page asks again.
    private void Keep(WorkKey key, FoundRecord found, bool isExplaining)
    {
        if (isExplaining)
        {
            work.Hold(key, found);
        }
        else
        {
            work.Drop(key);
        }
    }

    // A registry that has changed since is put together from the trail, which may take longer than a page. Null: it cannot be had.
    private Task<Explained?> ExplainAsync(ConsoleRequest request, Guid id) =>
        request.TryAsync(
            "the decision against the registry",
            async () =>
                new Explained(
                    await work.BehindAsync(
                        request,
                        WorkKey.Of(request, "explanation of record", id.ToString("D")),
                        call => explainer.ExplainAsync(call, id.ToString("D"))
                    )
                )
        );

    // A privacy officer opens the records of a patient whom they opened for a reason, and no others: one look, on record as that patient's and
    // with the reason. What belongs to the record and names other patients only is left out.
    private async Task<Outcome<FoundRecord>> FindAsync(ConsoleRequest request, string id, bool isReader)
    {
        if ((await search.FindAsync(request.Call, id)).Failed(out var problem, out var found))
        {
            // Which ids the trail has is told to those who read it.
            return !isReader && problem.Status == 404 ? OfNobodyOpened : problem;
        }

        if (isReader)
        {
            return found;
        }

        var opened = request.Session.ListOpened();
        var family = found.Others.Prepend(found.Record).ToList();
        if (opened.FirstOrDefault(patient => family.Exists(entry => Names(entry, patient))) is not { } known)
        {
            return OfNobodyOpened;
        }

        var look = request.Call with { RequestId = Guid.CreateVersion7() };
        await search.RecordAsync(look, "audit.search", $"id={found.Record.Id:D} why={known.Why}", known.Tenant, known.Patient);
        return found with { Others = [.. found.Others.Where(IsTheirs)], Twins = [.. found.Twins.Where(IsTheirs)] };

        bool IsTheirs(AuditEntry entry) => entry.PatientKeys.Count == 0 || opened.Any(patient => Names(entry, patient));
    }

    // Without what was made it is being made still.
    private sealed record Explained(Made<DecisionExplanation>? Made);

    private static IReadOnlyList<TrailLine> LinesOf(IReadOnlyList<AuditEntry> entries) =>
        [.. entries.Select(TrailSearch.Render).Select(TrailLine.Of).OfType<TrailLine>()];

    private static bool Names(AuditEntry entry, OpenedPatient patient) => entry.PatientKeys.Contains(patient.Key, StringComparer.Ordinal);

    /// <summary>The inclusion proof of the record, verified before it is handed out, as one file.</summary>
    public async Task<ScreenAnswer> ProofAsync(ConsoleRequest request)
    {
        if ((await search.FindAsync(request.Call, request.Route("id"))).Failed(out var problem, out var found))
        {
            return problem;
        }

        var verified = proofs.Verify(found.Record);
        var code = verified.Stand == RecordStand.Contradicts ? "log-contradicts" : "not-proven";
        return verified.Proof is not { } proof
            ? AdminProblem.Conflict(code, verified.Why ?? "It is not proven.")
            : new ScreenAnswer.File(
                "text/plain; charset=utf-8",
                $"{found.Record.Id:D}.tlog-proof",
                context => context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(proof), context.RequestAborted).AsTask()
            );
    }

    /// <summary>Everything with which somebody else can verify the record, as one archive.</summary>
    public Task<ScreenAnswer> EvidenceAsync(ConsoleRequest request)
    {
        var id = request.Route("id");
        if (!Guid.TryParseExact(id, "D", out var record))
        {
            return Task.FromResult<ScreenAnswer>(AdminProblem.NotFound("record"));
        }

        return jobs.BeginAsync(
            request,
            EvidencePlan.Of(
                "Evidence of one record",
                Links.Access(record),
                $"evidence-{record:D}.zip",
                call => proofs.EvidenceAsync(call, id)
            )
        );
    }
}
