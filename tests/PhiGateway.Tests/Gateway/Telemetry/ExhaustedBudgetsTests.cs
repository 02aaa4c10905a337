using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Telemetry;
using PhiGateway.Gateway.Trail;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using Xunit;

namespace PhiGateway.Tests.Gateway.Telemetry;

/// <summary>Every exhausted budget is counted under the name of its limit.</summary>
public sealed class ExhaustedBudgetsTests
{
    private static readonly string Values = string.Join(',', Enumerable.Repeat("1", 1001));

    /// <summary>Request, refusal, name.</summary>
    public static TheoryData<string, string, string?, string, string> Shapes =>
        new()
        {
            { "GET", $"/fhir/Observation?patient=17&code={Values}", null, "request-too-costly", "parameter-values" },
            { "POST", "/fhir", BatchOf(1001, "Observation/1"), "request-too-costly", "bundle-entries" },
            { "POST", "/fhir", BatchOf(30, $"Observation?patient=17&code={Values[2..]}"), "request-too-costly", "request-values" },
        };

    [Theory]
    [MemberData(nameof(Shapes))]
    public async Task Refusal_ForWantOfABudget_NamesIt(string method, string target, string? body, string reason, string budget)
    {
        using var world = new StageWorld(null, null, StageWorld.Grant("read", "search"));
        using var exchange = world.Open(method, target, body);

        var refused = await world.WalkAsync(exchange, "Release");

        Assert.Equal((reason, budget), (refused.Refusal!.Code, refused.Detail));
        Assert.Equal(budget, ExhaustedBudgets.NameOf(refused.Refusal, refused.Detail));
    }

    [Fact]
    public async Task RecordRefusal_ForWantOfABudget_CountsIt()
    {
        using var counted = new CountedBudgets();
        using var world = new StageWorld();
        using var exchange = world.Open("GET", "/fhir/Observation/1");

        await world.Get<AuditTrail>().RecordRefusalAsync(exchange, DenyReason.ChainTooBroad, "walked-searches");
        await world.Get<AuditTrail>().RecordRefusalAsync(exchange, DenyReason.OutsideRoster, "walked-searches");

        // The meter is the process's: others count beside.
        Assert.Equal(1, counted.Of("walked-searches"));
    }

    // What a client that asks too fast is told is its rate: the budget that it would have found used up is not counted for it.
    [Fact]
    public async Task RecordRefusal_ThatBecomesOneForItsRate_CountsWhatIsTold()
    {
        using var counted = new CountedBudgets();
        using var world = new StageWorld(change: static options =>
            options.Limits = new LimitOptions { RequestsPerSecond = 10, RefusalsPerMinute = 30 }
        );
        var burst = Enumerable.Range(0, 50).Select(n => world.Open("GET", $"/fhir/Observation?patient=other-{n}")).ToList();
        var told = 0;
        foreach (var one in burst)
        {
            await world.WalkAsync(one, "Decide");
        }

        foreach (var one in burst)
        {
            told +=
                await world.Get<AuditTrail>().RecordRefusalAsync(one, DenyReason.TaskUsedUp, "exports-per-day") == DenyReason.TaskUsedUp
                    ? 1
                    : 0;
            one.Dispose();
        }

        Assert.InRange(told, 1, 49);
        Assert.Equal(told, counted.Of("exports-per-day"));
    }

    [Fact]
    public void NameOf_DetailThatIsNoBudget_IsTheReasonsOwn()
    {
        Assert.Equal("max-answer", ExhaustedBudgets.NameOf(DenyReason.AnswerTooLarge, "Patient/17"));
        Assert.Null(ExhaustedBudgets.NameOf(DenyReason.NotFoundOrWithheld, "held-memory"));
    }

    private static string BatchOf(int count, string url)
    {
        var entries = string.Join(',', Enumerable.Repeat($$$"""{"request":{"method":"GET","url":"{{{url}}}"}}""", count));
        return $$$"""{"resourceType":"Bundle","type":"batch","entry":[{{{entries}}}]}""";
    }
}
