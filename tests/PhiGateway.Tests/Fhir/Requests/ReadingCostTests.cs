using System.Globalization;
using PhiGateway.Fhir.Context;
using PhiGateway.Fhir.Requests;
using PhiGateway.Fhir.Scopes;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Policy.Decisions;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Fhir.Requests;

/// <summary>Reading and deciding a request twice as large costs twice as much, in whatever way it was made large.</summary>
public sealed class ReadingCostTests
{
    private const double Most = 2.5;
    private const int Times = 16;
    private const double MostOfTimes = 64;

    // Limits so high that they play no part: the growth below them is what is looked at.
    private static readonly FhirContext Wide = RequestFixture.Context with
    {
        MaxBundleEntries = 1_000_000,
        MaxParameterValues = 1_000_000,
        MaxParameters = 1_000_000,
        MaxValues = 100_000_000,
        MaxParts = 100_000_000,
    };

    private static readonly RegistrySnapshot Snapshot = TestRegistry.Build(
        TestRegistry.Open(
            TestRegistry.UseCase(
                grants: TestRegistry.Grant() with
                {
                    Types = [.. ResourceType.All.Select(static type => type.Name)],
                    Interactions = ["read", "vread", "search", "history", "create", "update", "patch", "delete"],
                    Includes = ["Observation:subject"],
                    Patients = new PatientScope { Any = true },
                    Confidentiality = "V",
                    Labels = ["HIV"],
                }
            )
        )
    );

    public static TheoryData<string> Shapes =>
        [
            "owners",
            "owners of the same name",
            "tokens",
            "ids",
            "repeated parameters",
            "form of an untyped search",
            "sort",
            "elements",
            "includes",
            "batch entries",
            "batch of chains",
            "transaction names and references",
            "conditional references",
            "provenance targets",
            "owners in a body",
            "labels in a body",
            "patch operations",
            "steps of a path",
            "type list",
            "scopes",
        ];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void ReadAndDecide_Larger_CostsInProportion(string shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        const int Size = 1000;
        Run(Make(shape, 120), expectsUnderstanding: true);

        // Bytes are the same in every run.
        var small = Make(shape, Size);
        var (smallBytes, doubleBytes) = (BytesOf(small), BytesOf(Make(shape, 2 * Size)));
        Assert.True(doubleBytes <= Most * smallBytes, $"{shape}: {smallBytes} bytes, then {doubleBytes}");

        // Sixteen times as much takes sixteen times as long where it grows in proportion, and 256 times where each is compared with each: what
        // lies between is four times more than the one and four times less than the other, which no other load on the machine comes to. Of
        // each the least counts, since load only adds to it; the small one is measured often first, so that no spike there makes room.
        var large = Make(shape, Times * Size);
        var smallTime = Enumerable.Range(0, 10).Min(_ => TimeOf(small));
        var largeTime = TimeOf(large);
        for (var i = 0; i < 40 && largeTime > MostOfTimes * smallTime; i++)
        {
            smallTime = Math.Min(smallTime, TimeOf(small));
            largeTime = Math.Min(largeTime, TimeOf(large));
        }

        Assert.True(largeTime <= MostOfTimes * smallTime, $"{shape}: {smallTime} ticks, then {largeTime}");
    }

    // The measure itself: what compares each with each is not let through, however often it is tried.
    [Fact]
    public void Ratio_OfWhatComparesEachWithEach_IsBeyondTheBound()
    {
        var smallTime = Enumerable.Range(0, 10).Min(static _ => TimeOfPairs(1000));
        var largeTime = Enumerable.Range(0, 3).Min(static _ => TimeOfPairs(Times * 1000));

        Assert.True(largeTime > MostOfTimes * smallTime, $"{smallTime} ticks, then {largeTime}");
    }

    private static long TimeOfPairs(int size)
    {
        var names = Enumerable.Range(0, size).Select(static i => $"p{i}").ToList();
        var started = ThreadTime.Now();
        var found = names.Count(name => names.IndexOf(name) >= 0);
        Assert.Equal(size, found);
        return ThreadTime.Now() - started;
    }

    [Theory]
    [InlineData("owners")]
    [InlineData("ids")]
    [InlineData("tokens")]
    [InlineData("sort")]
    [InlineData("elements")]
    [InlineData("batch entries")]
    [InlineData("batch of chains")]
    [InlineData("form of an untyped search")]
    [InlineData("conditional references")]
    public void Read_MoreThanTheBudget_IsRefusedCheaply(string shape)
    {
        var huge = Make(shape, 50_000);
        var reading = RequestFixture.Read(huge.Method, huge.Target, huge.Headers, huge.Body);

        Assert.False(reading.TryGet(out _, out var refusal), shape);
        Assert.Equal(DenyReason.RequestTooCostly, refusal);

        // The body itself is copied by this fixture and parsed once; what was made of it stays far below a part per value.
        Assert.True(
            Allocated(() => RequestFixture.Read(huge.Method, huge.Target, huge.Headers, huge.Body)) < 40 * huge.Body.Length + 20_000_000
        );
    }

    [Theory]
    [InlineData("owners", 1000)]
    [InlineData("ids", 1000)]
    [InlineData("tokens", 1000)]
    [InlineData("batch entries", 1000)]
    [InlineData("batch of chains", 300)]
    public void Read_UpToTheLimit_IsUnderstood(string shape, int size)
    {
        var request = Make(shape, size);

        Assert.True(
            RequestFixture.Read(request.Method, request.Target, request.Headers, request.Body).TryGet(out _, out var refusal),
            $"{refusal}"
        );
    }

    private static Asking Make(string shape, int size) =>
        shape switch
        {
            "owners" => Form("Observation", "patient=" + List(size, static i => $"p{i}")),
            "owners of the same name" => Form(
                "Observation",
                $"patient={List(size, static i => $"p{i}")}&subject={List(size, static i => $"Patient/p{i}")}"
            ),
            "tokens" => Form("Observation", "code=" + List(size, static i => $"http://loinc.org%7C{i}")),
            "ids" => Form("Patient", "_id=" + List(size, static i => $"p{i}")),
            "repeated parameters" => Form(
                "Observation",
                string.Join('&', Enumerable.Range(0, Math.Min(size, 250)).Select(static i => $"code=c{i}"))
            ),
            "form of an untyped search" => new Asking(
                "POST",
                "/fhir/_search",
                RequestFixture.Form,
                "_id=" + List(size / 50, static i => $"p{i}")
            ),
            "sort" => Form("Observation", "patient=a&_sort=" + List(size, static i => i % 2 == 0 ? "code" : "-date")),
            "elements" => Form("Observation", "patient=a&_elements=" + List(size, static i => $"e{i}")),
            "includes" => Form(
                "Observation",
                "patient=a&" + string.Join('&', Enumerable.Repeat("_include=Observation:subject", Math.Min(size / 30, 100)))
            ),
            "batch entries" => Bundle("batch", size, static i => $$$"""{"request":{"method":"GET","url":"Patient/p{{{i}}}"}}"""),
            "batch of chains" => Bundle(
                "batch",
                size / 10,
                static _ => """{"request":{"method":"GET","url":"Observation?subject.identifier=x&performer.identifier=y"}}"""
            ),
            "transaction names and references" => Bundle(
                "transaction",
                size / 3,
                static i =>
                    $$$"""{"fullUrl":"urn:uuid:00000000-0000-4000-8000-{{{i:D12}}}","resource":{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/p{{{i}}}"},"hasMember":[{"reference":"urn:uuid:00000000-0000-4000-8000-{{{i / 2:D12}}}"}]},"request":{"method":"POST","url":"Observation"}}"""
            ),
            "conditional references" => Bundle(
                "transaction",
                size / 3,
                static i =>
                    $$$"""{"resource":{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/p{{{i}}}"},"performer":[{"reference":"Practitioner?identifier=a{{{i}}},b{{{i}}},c{{{i}}},d{{{i}}},e{{{i}}},f{{{i}}}"}]},"request":{"method":"POST","url":"Observation"}}"""
            ),
            "provenance targets" => Write(
                "Provenance",
                """{"resourceType":"Provenance","target":[""" + List(size, static i => Reference("Observation", i)) + "]}"
            ),
            "owners in a body" => Write(
                "Group",
                """{"resourceType":"Group","type":"person","actual":true,"member":["""
                    + List(size, static i => """{"entity":""" + Reference("Patient", i) + "}")
                    + "]}"
            ),
            "labels in a body" => Write(
                "Observation",
                """{"resourceType":"Observation","subject":{"reference":"Patient/a"},"meta":{"security":["""
                    + List(size, static i => """{"system":"urn:labels","code":"l""" + i + "\"}")
                    + "]}}"
            ),
            "patch operations" => new Asking(
                "PATCH",
                "/fhir/Observation/a",
                new FhirHeaders { ContentType = "application/json-patch+json" },
                "[" + List(size, static i => """{"op":"add","path":"/note/-","value":{"text":"n""" + i + "\"}}") + "]"
            ),
            "steps of a path" => new Asking(
                "PATCH",
                "/fhir/Observation/a",
                RequestFixture.Json,
                """{"resourceType":"Parameters","parameter":[{"name":"operation","part":[{"name":"type","valueCode":"delete"},"""
                    + """{"name":"path","valueString":"Observation.note"""
                    + string.Concat(Enumerable.Repeat(".a", size))
                    + "\"}]}]}"
            ),
            "type list" => new Asking(
                "POST",
                "/fhir/_search",
                RequestFixture.Form,
                "_id=a&_type=" + List(size, static i => i % 2 == 0 ? "Patient" : "Observation")
            ),
            "scopes" => new Asking("GET", "/fhir/Observation?patient=a", default, string.Empty)
            {
                Scopes =
                    string.Join(' ', Enumerable.Range(0, size / 12).Select(static i => $"system/Observation.rs?code=c{i}"))
                    + " system/*.rs",
            },
            _ => throw new ArgumentOutOfRangeException(nameof(shape), shape, "No such shape."),
        };

    private static void Run(Asking asking, bool expectsUnderstanding = false)
    {
        var reading = RequestFixture.ReadWhole(asking.Method, asking.Target, asking.Headers, asking.Body, Wide);
        var isRead = reading.TryGet(out var request, out var refusal);
        Assert.True(isRead || !expectsUnderstanding, $"{asking.Target}: {refusal} ({reading.Detail})");
        if (!isRead)
        {
            return;
        }

        var caller = Asked.Caller() with { Scopes = SmartScopeReader.Read(asking.Scopes) };
        foreach (var one in request!.Entries.Count == 0 ? [request] : request.Entries)
        {
            PolicyDecisionPoint.Decide(Asked.For(caller, [.. one.Parts]), Snapshot);
        }
    }

    private static long BytesOf(Asking asking)
    {
        Run(asking);
        return Allocated(() => Run(asking));
    }

    private static long Allocated(Action act)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        act();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static long TimeOf(Asking asking)
    {
        var started = ThreadTime.Now();
        Run(asking);
        return ThreadTime.Now() - started;
    }

    private static string List(int size, Func<int, string> item) => string.Join(',', Enumerable.Range(0, size).Select(item));

    private static string Reference(string type, int i) =>
        "{\"reference\":\"" + type + "/r" + i.ToString(CultureInfo.InvariantCulture) + "\"}";

    private static Asking Form(string type, string form) => new("POST", $"/fhir/{type}/_search", RequestFixture.Form, form);

    private static Asking Write(string type, string body) => new("POST", $"/fhir/{type}", RequestFixture.Json, body);

    private static Asking Bundle(string type, int size, Func<int, string> entry) =>
        new(
            "POST",
            "/fhir",
            RequestFixture.Json,
            "{\"resourceType\":\"Bundle\",\"type\":\"" + type + "\",\"entry\":[" + List(size, entry) + "]}"
        );

    private sealed record Asking(string Method, string Target, FhirHeaders Headers, string Body)
    {
        public string Scopes { get; init; } = "system/*.cruds";
    }
}
