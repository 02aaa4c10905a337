using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.Metadata;
using PhiGateway.Admin.Accounting;
using PhiGateway.Admin.Alerts;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Campaigns;
using PhiGateway.Admin.Cases;
using PhiGateway.Admin.Clients;
using PhiGateway.Admin.Decisions;
using PhiGateway.Admin.Declarative;
using PhiGateway.Admin.Http;
using PhiGateway.Admin.Keeping;
using PhiGateway.Admin.Organizations;
using PhiGateway.Admin.Registrations;
using PhiGateway.Admin.Revocations;
using PhiGateway.Admin.Rosters;
using PhiGateway.Admin.Shadows;
using PhiGateway.Admin.Trail;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.OpenApi;

/// <summary>One example of every body that the admin API takes, around one vendor with one client; a test reads each as its endpoint does.</summary>
internal static class ApiExamples
{
    internal const string Organization = """{"id":"acme","kind":"vendor","name":"Acme Laboratories","modules":["results@4"]}""";

    internal const string Agreement = """
        {"id":"baa-1","kind":"baa","organization":"acme","effective":"2026-01-01","expires":"2027-01-01","jurisdictions":["US"]}
        """;

    internal const string Roster = """{"id":"acme-orders","kind":"care-relationship","source":"orders feed"}""";

    internal const string UseCase = """
        {"id":"lab-results","title":"Lab results","legalBasis":"treatment","owner":"mary@hospital.example","agreement":"baa-1","organization":"acme","purposes":["TREAT"],
         "environment":"production","tenants":["north"],"expires":"2026-12-31",
         "grants":[{"types":["Observation"],"interactions":["read","search"],"patients":{"roster":"acme-orders"}}]}
        """;

    internal const string Client = """
        {"id":"acme-connector","useCase":"lab-results","owner":"mary@hospital.example","deputy":"li@hospital.example","environment":"production","networks":["203.0.113.0/24"]}
        """;

    internal const string Credential = """
        {"id":"acme-oidc","client":"acme-connector","kind":"oidc-client","issuer":"hospital-idp","clientId":"acme-connector","created":"2026-01-01","rotateBy":"2026-12-01"}
        """;

    private const string Person = "mary@hospital.example";
    private const string Reason = "The order is complete; the ticket says why.";

    private static readonly DateTimeOffset Begin = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset End = new(2026, 12, 1, 0, 0, 0, TimeSpan.Zero);

    // A document changes by what is said of it.
    private static readonly Dictionary<Type, string> Patches = new()
    {
        [typeof(Organization)] = """{"name":"Acme Laboratories, Inc."}""",
        [typeof(Agreement)] = """{"expires":"2028-01-01"}""",
        [typeof(UseCase)] = """{"title":"Lab results of the ward"}""",
        [typeof(Client)] = """{"deputy":"li@hospital.example"}""",
        [typeof(Credential)] = """{"rotateBy":"2027-03-01"}""",
        [typeof(Roster)] = """{"source":"orders feed of the north"}""",
        [typeof(TaskGrant)] = """{"maxUses":2}""",
        [typeof(Review)] = """{"evidence":"The owner was asked by phone."}""",
        [typeof(Alert)] = """{"notify":"mary@hospital.example"}""",
        [typeof(SavedSearch)] = """{"title":"Refusals of the north"}""",
        [typeof(AdminKey)] = """{"disabled":true}""",
    };

    private static readonly Dictionary<Type, JsonNode> Bodies = new()
    {
        [typeof(Organization)] = Parse(Organization),
        [typeof(Agreement)] = Parse(Agreement),
        [typeof(UseCase)] = Parse(UseCase),
        [typeof(Client)] = Parse(Client),
        [typeof(Credential)] = Parse(Credential),
        [typeof(Roster)] = Parse(Roster),
        [typeof(TaskGrant)] = Parse(
            """{"id":"order-17","client":"acme-connector","patient":"p-17","workflow":"order 17","expires":"2026-06-01T00:00:00Z","maxUses":1}"""
        ),
        [typeof(Review)] = Parse("""{"id":"acme-2026","client":"acme-connector","on":"2026-04-30"}"""),
        [typeof(Alert)] = Parse(
            """{"id":"seen-1","kind":"note","subject":"client/acme-connector","at":"2026-04-30T00:00:00Z","evidence":"Twelve times as much."}"""
        ),
        [typeof(SavedSearch)] = Parse("""{"id":"refused-north","title":"Refusals of a day","query":"decision=deny&tenant=north"}"""),
        [typeof(AdminKey)] = Parse(
            """{"id":"mary","person":"mary@hospital.example","roles":["operator"],"expires":"2027-01-01T00:00:00Z"}"""
        ),
        [typeof(ReasonBody)] = Of(new ReasonBody(Reason)),
        [typeof(RegistryFileBody)] = File(),
        [typeof(RevertBody)] = Of(new RevertBody("2026-11-01T00:00:00Z", "use-case/lab-results")),
        [typeof(MemberLine)] = Parse("""{"patient":"p-17","until":"2026-12-01T00:00:00Z","source":"orders feed"}"""),
        [typeof(TrailQuery)] = Of(new TrailQuery(Begin, End, "acme-connector", Decision: "deny", Limit: 50)),
        [typeof(ReachQuery)] = Of(new ReachQuery(Begin, End, Client: "acme-connector")),
        [typeof(EvidenceQuery)] = Of(new EvidenceQuery("p-17", "north", Begin, End, Why: "The patient asked who saw the record.")),
        [typeof(ExplainRequest)] = Of(
            new ExplainRequest(new ExplainCaller("acme-connector", Purpose: "TREAT"), "GET /fhir/Observation?patient=p-17")
        ),
        [typeof(AccountingQuery)] = Of(new AccountingQuery("north", "p-17", Begin, End)),
        [typeof(AskedBody)] = Of(new AskedBody("north", "p-17", Begin)),
        [typeof(HoldBody)] = Of(new HoldBody("north", "p-17", "County Sheriff", "An investigation would be impeded.", End)),
        [typeof(LegalHoldBody)] = Of(new LegalHoldBody("Litigation is expected.", "north", Case: "2026-118")),
        [typeof(DestroyContentBody)] = Of(new DestroyContentBody("2015-03", "north", "The tenant's contract ended.")),
        [typeof(DeleteMonthBody)] = Of(new DeleteMonthBody("2019-11", "Its time is over.")),
        [typeof(ApproveBody)] = Of(new ApproveBody(new string('a', 64), Reason, new DateOnly(2027, 6, 30))),
        [typeof(AssignBody)] = Of(new AssignBody(Person, Reason)),
        [typeof(SnoozeBody)] = Of(new SnoozeBody(End, Reason)),
        [typeof(ReviewBody)] = Of(new ReviewBody(EmergencyDecision.Justified, Reason)),
        [typeof(ThrottleBody)] = Of(new ThrottleBody(5, Reason)),
        [typeof(RotateBody)] = Parse(
            """
            {"credential":{"id":"acme-oidc-2","client":"acme-connector","kind":"oidc-client","issuer":"hospital-idp","clientId":"acme-connector-2",
             "created":"2026-11-01","rotateBy":"2027-03-01"},"replaces":"acme-oidc","overlap_hours":24,"reason":"It is due."}
            """
        ),
        [typeof(IssueKeyBody)] = Of(new IssueKeyBody("acme-key-1", new DateOnly(2027, 1, 1), new DateOnly(2027, 1, 1), Reason: Reason)),
        [typeof(TakeBody)] = Of(new TakeBody("acme-connector", "lab-results", Person, ["north"], Reason: Reason)),
        [typeof(DeclineManyBody)] = Of(new DeclineManyBody("2001:db8::/32", AtMost: 120, Reason: "A flood out of one provider.")),
        [typeof(RevokeBody)] = Parse("""{"target":"client","value":"acme-connector","reason":"The key was seen in a paste."}"""),
        [typeof(OffboardBody)] = Of(new OffboardBody(Reason, OffboardStage.Suspend)),
        [typeof(LeftBody)] = Of(new LeftBody(Reason)),
        [typeof(NoticeBody)] = Of(new NoticeBody("privacy@acme.example", Reference: "letter-17")),
        [typeof(OpenCaseBody)] = Of(new OpenCaseBody(["seen-1"], "Volume of Acme")),
        [typeof(CaseAlertsBody)] = Of(new CaseAlertsBody(["seen-1"])),
        [typeof(CaseNoteBody)] = Of(new CaseNoteBody("The vendor was called.")),
        [typeof(StartCampaignBody)] = Of(
            new StartCampaignBody("vendors-2026-q4", "Vendors, fourth quarter", [Person], new DateOnly(2026, 12, 31), ["acme"])
        ),
        [typeof(StartShadowBody)] = Parse(
            """
            {"use_case":"lab-results","until":"2026-12-14T00:00:00Z","reason":"What would break without searches?",
             "grants":[{"types":["Observation"],"interactions":["read"],"patients":{"roster":"acme-orders"}}]}
            """
        ),
        [typeof(DecideBody)] = Of(new DecideBody(ReviewDecision.Keep, Reason)),
        [typeof(DecideManyBody)] = Of(new DecideManyBody(["acme-connector"], ReviewDecision.Keep, Reason)),
    };

    /// <summary>The example of what an endpoint takes in one media type, as JSON whatever its form; null: it has none.</summary>
    public static JsonNode? Of(IAcceptsMetadata takes, string mediaType)
    {
        if (takes.RequestType is not { } type || !Bodies.TryGetValue(type, out var body))
        {
            return null;
        }

        var example = body.DeepClone();
        if (!mediaType.Contains("merge-patch", StringComparison.Ordinal))
        {
            return example;
        }

        // What is said of a document that stays as it is changes nothing.
        foreach (var (name, value) in Patches.TryGetValue(type, out var patch) ? Parse(patch).AsObject() : [])
        {
            example[name] = value?.DeepClone();
        }

        return example;
    }

    private static JsonNode File() =>
        new JsonObject
        {
            ["organizations"] = new JsonArray(Parse(Organization)),
            ["agreements"] = new JsonArray(Parse(Agreement)),
            ["rosters"] = new JsonArray(Parse(Roster)),
            ["useCases"] = new JsonArray(Parse(UseCase)),
            ["clients"] = new JsonArray(Parse(Client)),
            ["credentials"] = new JsonArray(Parse(Credential)),
        };

    private static JsonNode Parse(string json) => JsonNode.Parse(json)!;

    private static JsonNode Of<T>(T body) => JsonSerializer.SerializeToNode(body, AdminJson.Options)!;
}
