using PhiGateway.Policy.Approvals;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Policy.Approvals;

/// <summary>What takes something away and opens something by that is a widening: one person alone does not carry its approval over.</summary>
public sealed class OpeningNarrowingsTests
{
    // A token without a purpose is taken to be for the one that a use case has, where it has one.
    [Theory]
    [InlineData("TREAT,HPAYMT", "TREAT", ChangeKind.Widening)]
    [InlineData("TREAT,ETREAT", "TREAT", ChangeKind.Widening)]
    [InlineData("TREAT,ETREAT", "ETREAT", ChangeKind.Narrowing)]
    [InlineData("TREAT,HPAYMT,COC", "TREAT,COC", ChangeKind.Narrowing)]
    [InlineData("TREAT,HPAYMT", "", ChangeKind.Narrowing)]
    [InlineData("TREAT", "", ChangeKind.Narrowing)]
    public void Classify_PurposesTakenAway_WidensWhereOneIsLeft(string before, string after, ChangeKind kind) =>
        Assert.Equal(kind, Classify(Purposes(before), Purposes(after)));

    public static TheoryData<string, Grant[], Grant[], ChangeKind> Grants =>
        new()
        {
            { "the reading goes", [Reading(), Writing()], [Writing()], ChangeKind.Widening },
            { "the reading goes of who patches", [Reading(), Writing("patch")], [Writing("patch")], ChangeKind.Widening },
            { "the reading is masked", [Reading() with { Elements = [], Masks = ["note"] }, Writing()], [Writing()], ChangeKind.Widening },
            { "fewer are read", [Reading() with { Confidentiality = "R" }, Writing()], [Reading(), Writing()], ChangeKind.Widening },
            {
                "fewer are read of a kind",
                [Reading(), Writing()],
                [Reading() with { Where = new Dictionary<string, string> { ["category"] = "laboratory" } }, Writing()],
                ChangeKind.Widening
            },
            { "the whole is read", [Reading() with { Elements = [] }, Writing()], [Writing()], ChangeKind.Narrowing },
            { "less is read of each", [Reading(), Writing()], [Reading() with { Elements = ["status"] }, Writing()], ChangeKind.Narrowing },
            { "another one reads all of it", [Reading(), Reading("R"), Writing()], [Reading("R"), Writing()], ChangeKind.Neutral },
            { "nothing is left to write", [Reading(), Writing()], [Reading() with { Confidentiality = "L" }], ChangeKind.Narrowing },
            { "only what is new is written", [Reading(), Writing("create")], [Writing("create")], ChangeKind.Narrowing },
            {
                "another type is written",
                [Reading(), Writing() with { Types = ["Condition"] }],
                [Reading() with { Confidentiality = "L" }, Writing() with { Types = ["Condition"] }],
                ChangeKind.Narrowing
            },
            { "the write goes", [Reading(), Writing()], [Reading()], ChangeKind.Narrowing },
        };

    // Who reads nothing of a record is taken for its source, and may write over what was hidden.
    [Theory]
    [MemberData(nameof(Grants))]
    public void Classify_ReadingTakenAway_WidensWhereAWriteIsLeft(string what, Grant[] before, Grant[] after, ChangeKind kind) =>
        Assert.True(kind == Classify(TestRegistry.UseCase(grants: before), TestRegistry.UseCase(grants: after)), what);

    public static TheoryData<string, Grant[], Grant[], ChangeKind> LooksTaken =>
        new()
        {
            { "the search goes", [Files(), Reports()], [Files()], ChangeKind.Widening },
            { "the search goes, the read stays", [Files(), Reports("read", "search")], [Files(), Reports("read")], ChangeKind.Widening },
            { "the read goes of who did not search", [Files(), Reports("read")], [Files()], ChangeKind.Widening },
            { "the read goes, the search stays", [Files(), Reports("read", "search")], [Files(), Reports()], ChangeKind.Narrowing },
            { "the history goes", [Files(), Reports("search", "history")], [Files(), Reports()], ChangeKind.Narrowing },
            { "no file is read, fewer are", [Reports("read", "search"), Reading()], [Reading()], ChangeKind.Narrowing },
            { "the files go with it", [Files(), Reports(), Reading()], [Reading()], ChangeKind.Narrowing },
        };

    // A record that may not be seen keeps the file that it names, and is looked for among the types that a client searches.
    [Theory]
    [MemberData(nameof(LooksTaken))]
    public void Classify_SearchTakenAway_WidensWhereFilesAreRead(string what, Grant[] before, Grant[] after, ChangeKind kind) =>
        Assert.True(kind == Classify(TestRegistry.UseCase(grants: before), TestRegistry.UseCase(grants: after)), what);

    private static ChangeKind Classify(UseCase before, UseCase after) => AccessDiff.Classify(Of(before), Of(after));

    private static ApprovedInput Of(UseCase useCase) =>
        new(TestRegistry.Client(), useCase, TestRegistry.Agreement(), TestRegistry.Organization(), [TestRegistry.Credential()]);

    private static UseCase Purposes(string purposes) =>
        TestRegistry.UseCase() with
        {
            Purposes = purposes.Split(',', StringSplitOptions.RemoveEmptyEntries),
            AllowsBreakGlass = true,
        };

    private static Grant Reading(string confidentiality = "N") =>
        TestRegistry.Grant() with
        {
            Interactions = ["read"],
            Elements = ["status", "code"],
            Confidentiality = confidentiality,
        };

    private static Grant Writing(string word = "update") => TestRegistry.Grant() with { Interactions = [word], Confidentiality = "V" };

    private static Grant Files() =>
        TestRegistry.Grant() with
        {
            Types = ["Binary", "DocumentReference"],
            Interactions = ["read", "search"],
        };

    private static Grant Reports(params string[] words) =>
        TestRegistry.Grant() with
        {
            Types = ["DiagnosticReport"],
            Interactions = words is [] ? ["search"] : words,
        };
}
