using PhiGateway.Policy.Approvals;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Policy.Approvals;

/// <summary>
/// Whether one grant covers another is as it is when each entry of a list is held against each of the other, and costs in proportion to the
/// lists.
/// </summary>
public sealed class GrantCoverTests
{
    private const string Act = ActCodes.System;

    private static readonly string[] Labels =
    [
        "HIV",
        "SUD",
        "SPI",
        "ETHUD",
        "X",
        $"{Act}|HIV",
        $"{Act}|SUD",
        $"{Act}|ETHUD",
        $"{Act}|_ActInformationSensitivityPolicy",
        "urn:local|HIV",
        "urn:local|X",
        "urn:local|SUD",
    ];

    private static readonly string[] Paths = ["name", "name.family", "identifier", "identifier.value", "birthDate"];
    private static readonly string[] Elements = ["id", "name", "identifier", "birthDate"];

    [Fact]
    public void Of_AnyTwoGrants_IsAsComparedEachWithEach()
    {
        var random = new Random(58);
        var (covered, not) = (0, 0);
        for (var i = 0; i < 20_000; i++)
        {
            var (wide, narrow) = (Make(random), Make(random));
            var expected = Covers(wide, narrow);
            Assert.Equal(expected, GrantCover.Of(wide, narrow));
            _ = expected ? covered++ : not++;
        }

        Assert.True(covered > 200 && not > 200, $"{covered} {not}");
    }

    // What is parsed and looked up is counted in bytes: compared each with each it would be four times as much.
    [Fact]
    public void Of_ListsOfTwiceTheLength_CostAtMostTwoAndAHalfTimes()
    {
        Cost(100);
        var once = Cost(2000);
        var twice = Cost(4000);

        Assert.True(twice <= 2.5 * once, $"{once} bytes, then {twice}");
    }

    [Fact]
    public void Compare_TypesAndWordsThatStandTwice_AreOnePieceEach()
    {
        var grant = TestRegistry.Grant() with { Types = ["Observation", "Observation"], Interactions = ["read", "read", "search"] };

        Assert.Empty(Changes([grant], [TestRegistry.Grant()]));
        Assert.Equal(["Observation.read is new", "Observation.search is new"], Changes([], [grant]).Select(static change => change.Words));
    }

    [Theory]
    [InlineData(500, false)]
    [InlineData(5000, true)]
    public void Compare_GrantsThatNameMoreThanCanBeCompared_AreWider(int words, bool isTooMuch)
    {
        string[] operations = [.. Enumerable.Range(0, words).Select(static i => $"$op-{i}")];
        var grant = TestRegistry.Grant() with { Types = [.. ResourceType.All.Select(static type => type.Name)], Operations = operations };
        var more = grant with { Operations = [.. operations, "$more"] };

        var changes = Changes([more], [grant]);

        Assert.Equal(isTooMuch, changes.Any(static change => change.Kind == ChangeKind.Widening));
        Assert.Equal(isTooMuch ? 1 : ResourceType.All.Count, changes.Count);
    }

    private static List<AccessChange> Changes(Grant[] before, Grant[] after)
    {
        var changes = new List<AccessChange>();
        GrantDiff.Compare(before, after, new AccessDiffWriter(changes, "grants"));
        return changes;
    }

    private static long Cost(int length)
    {
        var wide = TestRegistry.Grant() with
        {
            Labels = [.. Enumerable.Range(0, length).Select(static i => $"code-{i}")],
            Where = new Dictionary<string, string> { ["code"] = string.Join(',', Enumerable.Range(0, length)) },
        };
        var narrow = wide with
        {
            Labels = [.. Enumerable.Range(0, length).Reverse().Select(static i => $"urn:a|code-{i}")],
            Where = new Dictionary<string, string> { ["code"] = string.Join(',', Enumerable.Range(0, length).Reverse()) },
        };
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.True(GrantCover.Of(wide, narrow));
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static Grant Make(Random random) =>
        TestRegistry.Grant() with
        {
            Labels = Some(random, Labels, 3),
            Elements = random.Next(2) == 0 ? [] : Some(random, Elements, 3),
            Masks = Some(random, Paths, 2),
            Where =
                random.Next(2) == 0
                    ? new Dictionary<string, string>()
                    : new Dictionary<string, string> { ["code"] = string.Join(',', Some(random, ["a", "b", "c"], 2).Append("a")) },
            Confidentiality = random.Next(2) == 0 ? "N" : "R",
        };

    private static string[] Some(Random random, string[] all, int most) =>
        [.. Enumerable.Range(0, random.Next(most + 1)).Select(_ => all[random.Next(all.Length)])];

    // As it is meant: pair by pair.
    private static bool Covers(Grant wide, Grant narrow) =>
        wide.Where.All(pair =>
            narrow.Where.TryGetValue(pair.Key, out var values) && values.Split(',').All(value => pair.Value.Split(',').Contains(value))
        )
        && (wide.Confidentiality == "R" || narrow.Confidentiality == "N")
        && narrow.Labels.All(label => wide.Labels.Any(permitted => LabelCovers(permitted, label)))
        && (wide.Elements.Count == 0 || (narrow.Elements.Count > 0 && narrow.Elements.All(wide.Elements.Contains)))
        && wide.Masks.All(mask =>
            narrow.Masks.Any(other => ElementPath.IsWithin(mask, other))
            || (narrow.Elements.Count > 0 && !narrow.Elements.Contains(ElementPath.Top(mask)))
        );

    private static bool LabelCovers(string wide, string narrow)
    {
        var (permitted, label) = (Split(wide), Split(narrow));
        return wide == narrow
            || (
                label.System is not null
                && (
                    (permitted.System is null && permitted.Code == label.Code)
                    || (label.System == Act && permitted.System is null or Act && ActCodes.IsWithin(label.Code, permitted.Code))
                )
            );
    }

    private static (string? System, string Code) Split(string label) =>
        label.IndexOf('|', StringComparison.Ordinal) is var bar and >= 0 ? (label[..bar], label[(bar + 1)..]) : (null, label);
}
