using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Documents;
using PhiGateway.Admin.Http;
using PhiGateway.Proof.Evidence;

namespace PhiGateway.Admin.Trail;

/// <summary>Maps the endpoints that search and prove the audit trail, for auditors only.</summary>
internal static class TrailEndpoints
{
    private static readonly CallParameter[] Filters =
    [
        new("from", "From this moment on."),
        new("to", "Before this moment."),
        new("client", "Registered client."),
        new("tenant", "Tenant; required with a patient."),
        new("withheld", "true, with a patient: what was withheld of the patient, not what left."),
        new("decision", "permit, deny, error or unknown (a write of which nobody knows what became of it)."),
        new("reason", "Code of a deny reason."),
        new("kind", "Kind of record."),
        new("id", "Decision or request id."),
        new("actor", "Person."),
        new("organization", "Organization of the use case."),
        new("use_case", "Use case under which it was decided."),
        new("type", "FHIR resource type asked for."),
        new("interaction", "FHIR interaction, such as search-type."),
        new("purpose", "A purpose code that counted."),
        new("token", "jti of a token, or its SHA-256."),
        new("peer", "Address, or network, that the call came from."),
        new("task", "Task that the token was given for."),
        new("agreement", "Agreement: of the calls made under it; of older records, of the use cases that stand under it now."),
        new("through", "Who acted in between, by its client id."),
        new("event", "What happened, such as client.approve, or all of a thing, as client.*."),
        new(TrailQueryReader.PatientHeader, "Logical id of a patient.") { IsHeader = true },
    ];

    private static readonly CallParameter[] Counted =
    [
        new("from", "From this moment on; required."),
        new("to", "Before this moment; required."),
        new("step", "Length of one step of time in seconds."),
        new("by", "Columns, with commas between them."),
        new("client", "Registered client."),
        new("tenant", "Tenant."),
        new("decision", "permit, deny or error."),
        new("reason", "Code of a deny reason."),
        new("limit", "Most rows, those with the highest counts."),
    ];

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/audit", (HttpContext context, TrailSearch search) => GetAsync(context, search))
            .RequireRoles([AdminRoles.Auditor])
            .Describe(
                "Searches the audit trail",
                "By every filter named here, alone or together; a patient only in the header X-Patient. Each search is itself recorded."
            )
            .Returns(typeof(DocumentPage<TrailEntry>))
            .WithMetadata(new ReadsQueryItself())
            .Reads([.. CallParameter.Page, .. Filters]);
        api.MapGet("/audit/counts", (HttpContext context, TrafficReports traffic) => CountAsync(context, traffic))
            .RequireRoles([AdminRoles.Auditor])
            .Describe(
                "Counts the requests of the trail",
                "By steps of time (`step`, seconds) and up to three columns (`by`: decision, reason, client, tenant, organization, "
                    + "resource-type, interaction). Each count is itself recorded."
            )
            .Returns(typeof(TrafficReport))
            .Reads(Counted);
        api.MapPost(
                "/audit:search",
                (HttpContext context, TrailSearch search) =>
                    Answer.OfAsync<TrailQuery, TrailPage>(
                        context,
                        (call, query) => SearchAsync(search, call, query),
                        static page => Json(page.Body)
                    )
            )
            .RequireRoles([AdminRoles.Auditor, AdminRoles.PrivacyOfficer])
            .Describe(
                "Searches the audit trail by a body",
                "For patients, whose ids never stand in a URL. A privacy officer searches by a patient, and by nothing without one."
            )
            .Takes(typeof(TrailQuery), optional: true)
            .Returns(typeof(DocumentPage<TrailEntry>));
        api.MapGet(
                "/audit/{id}",
                (HttpContext context, string id, TrailSearch search) => Answer.OfAsync(context, call => search.ReadAsync(call, id), Json)
            )
            .RequireRoles([AdminRoles.Auditor])
            .Describe("Reads one record and those that belong to it")
            .Returns(typeof(TrailRecord));
        api.MapPost(
                "/audit:reach",
                (HttpContext context, ReachSearch search) => Answer.JsonAsync<ReachQuery, ReachReport>(context, search.FindAsync)
            )
            .RequireRoles([AdminRoles.PrivacyOfficer])
            .Describe(
                "Says which patients and records somebody touched",
                "By token, credential, certificate, actor, client or organization, between two moments; the whole of it or nothing. Itself recorded."
            )
            .Takes(typeof(ReachQuery))
            .Returns(typeof(ReachReport));
        MapProofs(api);
        TrailReportEndpoints.Map(api);
    }

    // Whoever answers for a patient's data asks by the patient; the rest of the trail is the auditors'.
    private static Task<Outcome<TrailPage>> SearchAsync(TrailSearch search, AdminCall call, TrailQuery query) =>
        query is { Patient: null } && !call.Caller.HasAny([AdminRoles.Auditor])
            ? Task.FromResult<Outcome<TrailPage>>(
                AdminProblem.Forbidden("A privacy officer searches by a patient: name one, and the tenant.")
            )
            : search.SearchAsync(call, query);

    private static void MapProofs(RouteGroupBuilder api)
    {
        api.MapGet("/audit/log", (HttpContext context, TrailProofs proofs) => Answer.JsonAsync(context, proofs.ReportAsync))
            .RequireRoles(AdminRoles.All)
            .Describe("Shows this node's transparency log: its newest checkpoint and its keys")
            .Returns(typeof(LogReport));
        api.MapGet("/audit/fleet", (HttpContext context, FleetReports fleet) => Answer.JsonAsync(context, fleet.ReportAsync))
            .RequireRoles([AdminRoles.Auditor])
            .Describe("Shows the fleet log", "Its key, its newest checkpoint, and every node's log of which it has checkpoints.")
            .Returns(typeof(FleetReport));
        api.MapGet(
                "/audit/fleet/inclusion",
                (HttpContext context, FleetReports fleet) =>
                    Answer.JsonAsync(context, call => fleet.InclusionAsync(call, context.Request.Query["log"]))
            )
            .RequireRoles([AdminRoles.Auditor])
            .Describe("Proves a log's newest checkpoint in the fleet log", "As a C2SP tlog-proof under the fleet log's checkpoint.")
            .Returns(typeof(FleetInclusion))
            .Reads(new CallParameter("log", "Name of the log."));
        api.MapGet(
                "/audit/log/inclusion",
                (HttpContext context, TrailProofs proofs) =>
                    Answer.JsonAsync(context, call => proofs.InclusionAsync(call, context.Request.Query["sequence"]))
            )
            .RequireRoles([AdminRoles.Auditor])
            .Describe("Proves that a record of this node is under its newest checkpoint")
            .Returns(typeof(InclusionReport))
            .Reads(new CallParameter("sequence", "Place of the record in the log."));
        api.MapGet(
                "/audit/log/consistency",
                (HttpContext context, TrailProofs proofs) =>
                    Answer.JsonAsync(context, call => proofs.ConsistencyAsync(call, context.Request.Query["from"]))
            )
            .RequireRoles([AdminRoles.Auditor])
            .Describe("Proves that this node's log extends what it was at a size")
            .Returns(typeof(ConsistencyProof))
            .Reads(new CallParameter("from", "The earlier size."));
        api.MapGet(
                "/audit/{id}/evidence",
                (HttpContext context, string id, TrailProofs proofs) => Answer.JsonAsync(context, call => proofs.EvidenceAsync(call, id))
            )
            .RequireRoles([AdminRoles.Auditor])
            .Describe(
                "Makes a bundle of evidence for one access",
                "Records, salts, proofs, checkpoint and keys, with a script that verifies them with a shell and OpenSSL."
            )
            .Returns(typeof(EvidenceReport));
        api.MapPost(
                "/audit:evidence",
                (HttpContext context, TrailBundles bundles) => Answer.JsonAsync<EvidenceQuery, EvidenceReport>(context, bundles.MakeAsync)
            )
            .RequireRoles([AdminRoles.Auditor, AdminRoles.PrivacyOfficer])
            .Describe(
                "Makes a bundle of evidence for a patient's accesses, or for a case",
                "By patient and tenant, by a case, by alerts, or by ids; each log verified by itself. Says what is not in it. Itself recorded."
            )
            .Takes(typeof(EvidenceQuery))
            .Returns(typeof(EvidenceReport));
    }

    // A patient that is looked for in a body is not told in a link.
    private static Task<IResult> GetAsync(HttpContext context, TrailSearch search) =>
        Answer.OfAsync(
            context,
            async call =>
                TrailQueryReader
                    .Read(context.Request.Query, context.Request.Headers[TrailQueryReader.PatientHeader])
                    .Failed(out var problem, out var query)
                    ? problem
                    : await search.SearchAsync(call, query),
            page =>
            {
                PageLink.Write(context, page.Next);
                return Json(page.Body);
            }
        );

    private static Task<IResult> CountAsync(HttpContext context, TrafficReports traffic) =>
        Answer.JsonAsync(
            context,
            async call =>
                TrafficQuery.Read(context.Request.Query).Failed(out var problem, out var query)
                    ? problem
                    : await traffic.CountAsync(call, query)
        );

    internal static AdminResult Json(JsonObject body) => new(StatusCodes.Status200OK, JsonSerializer.SerializeToUtf8Bytes(body));
}
