using System.Reflection;
using System.Text.RegularExpressions;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Telemetry;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Architecture;
using PhiGateway.Tests.Common.Infrastructure;
using Xunit;

namespace PhiGateway.Tests.Gateway.Telemetry;

/// <summary>
/// Every budget whose end refuses somebody has a name under which it is counted, a setting that an operator or a registry writes, and a code
/// that whoever is refused is told; and no limit of the configuration is without one.
/// </summary>
public sealed partial class BudgetWallTests
{
    private const string Fixed = "fixed";
    private const string OAuth = "temporarily_unavailable";

    /// <summary>
    /// Name, setting, code (or the status, where nothing else is told); settings of the registry begin with <c>limits.</c>, <c>charter.</c>
    /// or <c>task.</c>.
    /// </summary>
    private static readonly (string Budget, string Setting, string Code)[] Budgets =
    [
        ("max-request-body", "Limits:MaxRequestBody", "body-too-large"),
        ("body-time", "Limits:BodyTime", "body-too-slow"),
        ("max-token", "Limits:MaxToken", "headers-too-large"),
        ("proofs", Fixed, "too-many-proofs"),
        ("parameters", "Limits:Parameters", "malformed-query"),
        ("parameter-values", "Limits:ParameterValues", "request-too-costly"),
        ("request-values", "Limits:RequestValues", "request-too-costly"),
        ("spelled-characters", "Limits:SpelledCharacters", "request-too-costly"),
        ("request-parts", "Limits:RequestParts", "request-too-costly"),
        ("bundle-entries", "Limits:BundleEntries", "request-too-costly"),
        ("named-records", "Limits:NamedRecords", "request-too-costly"),
        ("named-files", "Limits:NamedFiles", "request-too-costly"),
        ("provenance-targets", "Limits:ProvenanceTargets", "request-too-costly"),
        ("job-address", Fixed, "request-too-costly"),
        ("walked-records", "Limits:WalkedRecords", "chain-too-broad"),
        ("walked-searches", "Limits:WalkedSearches", "chain-too-broad"),
        ("requests-per-second", "Limits:RequestsPerSecond", "rate-limited"),
        ("refusals-per-minute", "Limits:RefusalsPerMinute", "rate-limited"),
        ("concurrency", "Limits:Concurrency", "concurrency-limited"),
        ("patients-per-hour", "limits.DistinctPatientsPerHour", "quota-exceeded"),
        ("patients-per-day", "limits.DistinctPatientsPerDay", "quota-exceeded"),
        ("patients-per-30-days", "limits.DistinctPatientsPer30Days", "quota-exceeded"),
        ("records-per-day", "limits.RecordsPerDay", "quota-exceeded"),
        ("bytes-per-day", "limits.BytesPerDay", "quota-exceeded"),
        ("exports-per-day", "limits.ExportsPerDay", "quota-exceeded"),
        ("writes-per-day", "limits.WritesPerDay", "quota-exceeded"),
        ("break-glass-per-day", "limits.BreakGlassPerDay", "quota-exceeded"),
        ("calls-per-day", "charter.CallsPerDay", "agent-calls-spent"),
        ("limit-records", "limits.RecordsPerDay", "quota-exceeded"),
        ("task-uses", "task.MaxUses", "task-used-up"),
        ("held-memory", "Limits:HeldMemory", "memory-exhausted"),
        ("max-answer", "Limits:MaxAnswer", "answer-too-large"),
        ("max-items", "Apis", "answer-too-large"),
        ("pages-per-page", "Limits:PagesPerPage", "answer-too-large"),
        ("longest-answer", "Limits:LongestAnswer", "answer-too-large"),
        ("export-parts", "Limits:ExportParts", "answer-too-large"),
        ("export-names", Fixed, "answer-too-large"),
        ("least-rate", "Limits:LeastRate", "reader-too-slow"),
        ("journal", "Audit:Journal:Budget", "audit-unavailable"),
        ("false-tokens", "Limits:FalseTokensPerSecondPerPeer", "issuer-unavailable"),
        ("introspections-at-once", "Issuers:n:Introspection:AtOnce", "issuer-unavailable"),
        ("token-requests", "TokenService:RequestsPerSecond", OAuth),
        ("false-signatures", "TokenService:FalseSignaturesPerSecondPerPeer", OAuth),
        ("mcp-messages-per-second", "Mcp:MessagesPerSecond", "429"),
        ("sign-in-starts", "Admin:Console:SignInStartsPerMinute", "429"),
        ("jobs", "Admin:Console:Jobs", "too-many-jobs"),
        ("tails", "Admin:Console:TailsPerPerson", "too-many-tails"),
        ("admin-failures", Fixed, "too-many-failures"),
        ("spool-bytes", "Admin:SpoolBytes", "upload-not-held"),
        ("uploads", Fixed, "upload-not-held"),
        ("registration-requests", "TokenService:Registration:RequestsPerHourPerPeer", OAuth),
        ("pending-registrations", "TokenService:Registration:MostPending", OAuth),
    ];

    // Limits beyond which nobody is refused in words: connections are closed before there are any (`phi_gateway.connections.refused`), and a
    // page says that it is incomplete or shows less.
    private static readonly string[] RefuseNobody =
    [
        nameof(LimitOptions.Connections),
        nameof(LimitOptions.ConnectionsPerPeer),
        nameof(LimitOptions.TokenConnections),
        nameof(LimitOptions.SignalConnections),
        nameof(LimitOptions.AdminConnections),
        nameof(LimitOptions.LookedUpVersions),
        nameof(LimitOptions.LookedUpFiles),
        nameof(LimitOptions.KeptPages),
    ];

    private static readonly string Page = File.ReadAllText(RepositoryPaths.Of("docs", "configuration.md"));

    [Fact]
    public void Limits_EachOne_IsABudgetOrRefusesNobody() =>
        Findings.AssertNone(
            typeof(LimitOptions)
                .GetProperties(BindingFlags.Public | BindingFlags.Instance)
                .Select(static limit => limit.Name)
                .Where(static name => RefuseNobody.Contains(name) == Budgets.Any(budget => budget.Setting == $"Limits:{name}"))
                .Select(static name => $"Limits:{name} stands in neither list, or in both")
        );

    [Fact]
    public void Budgets_EachOne_HasASettingAndARow() =>
        Findings.AssertNone(
            Budgets.Where(static budget => !HasSetting(budget.Setting)).Select(static budget => $"{budget.Budget}: {budget.Setting}")
        );

    [Fact]
    public void Budgets_OfRefusals_AreAllInTheTable() =>
        Assert.Empty(ExhaustedBudgets.All.Except(Budgets.Select(static row => row.Budget)));

    // What the page tells operators to look for is what is counted, neither less nor more.
    [Fact]
    public void Page_ListOfNames_IsTheTables()
    {
        var told = Listed().Match(Page).Groups["names"].Value;

        Assert.Equal(
            Budgets.Select(static budget => budget.Budget).Order(StringComparer.Ordinal),
            Name().Matches(told).Select(static match => match.Groups["name"].Value).Order(StringComparer.Ordinal)
        );
    }

    // 408, 413, 429 and 431 say that there was too much of something: of what, is counted.
    [Fact]
    public void Reasons_ThatSayTooMuch_NameABudget() =>
        Findings.AssertNone(
            DenyReason
                .All.Where(static reason => reason.Status is 408 or 413 or 429 or 431 && ExhaustedBudgets.NameOf(reason, null) is null)
                .Select(static reason => reason.Code)
        );

    [Fact]
    public void Codes_OfReasons_AreThose() =>
        Findings.AssertNone(
            Budgets
                .Where(static budget =>
                    ExhaustedBudgets.All.Contains(budget.Budget) && DenyReason.All.All(reason => reason.Code != budget.Code)
                )
                .Select(static budget => $"{budget.Budget}: {budget.Code}")
        );

    [Theory]
    [InlineData("request-too-costly", "names-record", "named-records")]
    [InlineData("request-too-costly", "conditional-references", "named-records")]
    [InlineData("request-too-costly", "names-binary", "named-files")]
    [InlineData("request-too-costly", "targets", "provenance-targets")]
    [InlineData("request-too-costly", "job-handle", "job-address")]
    [InlineData("answer-too-large", "pages", "pages-per-page")]
    [InlineData("answer-too-large", "bound-of-the-table", "max-items")]
    [InlineData("agent-calls-spent", "charter/callsPerDay", "calls-per-day")]
    [InlineData("too-many-proofs", "dpop:of-all", "proofs")]
    [InlineData("malformed-query", "too many parameters", "parameters")]
    [InlineData("malformed-query", "something else", null)]
    [InlineData("headers-too-large", "headers-too-large", "max-token")]
    [InlineData("issuer-unavailable", "false-tokens", "false-tokens")]
    [InlineData("issuer-unavailable", null, null)]
    [InlineData("chain-too-broad", "false-tokens", "walked-records")]
    public void NameOf_WhatRanOut_IsItsOwnBudget(string code, string? detail, string? budget) =>
        Assert.Equal(budget, ExhaustedBudgets.NameOf(DenyReason.All.Single(reason => reason.Code == code), detail));

    private static bool HasSetting(string setting) =>
        setting.Split('.') switch
        {
            [Fixed] => true,
            ["limits", var name] => typeof(ClientLimits).GetProperty(name) is not null,
            ["charter", var name] => typeof(AgentCharter).GetProperty(name) is not null,
            ["task", var name] => typeof(TaskGrant).GetProperty(name) is not null,
            [var key] => Page.Contains($"\n| `PhiGateway:{key}` |", StringComparison.Ordinal),
            _ => false,
        };

    [GeneratedRegex("`phi_gateway.budgets.exhausted`, by the limit's name: (?<names>[^\n]+)")]
    private static partial Regex Listed();

    [GeneratedRegex("`(?<name>[a-z0-9-]+)`")]
    private static partial Regex Name();
}
