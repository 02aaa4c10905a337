using PhiGateway.Fhir.Grammar;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Resources;

/// <summary>
/// Makes the scanner read every parameter of a written body that a grant or scope could set a condition on. It judges nothing itself: the
/// decision point does.
/// </summary>
internal sealed class BodyPolicy : ReleasePolicy
{
    internal static readonly BodyPolicy Instance = new();

    private static readonly string[] Candidates = ["_tag", "category", "class", "code", "status", "type"];
    private static readonly string[][] Needed = Load();

    private BodyPolicy() { }

    public override ResourceTypeSet Types => ResourceTypeSet.All;

    public override IReadOnlyList<SecurityLabel> KnownLabels => [];

    public override IReadOnlyList<string> ParametersNeeded(ResourceType type) => Needed[type.Index];

    public override ElementSet ElementsOf(ResourceType type) => ElementSet.All;

    public override ReleaseVerdict Judge(ResourceFacts facts) => ReleaseVerdict.Withheld(WithholdReason.NotCovered);

    private static string[][] Load()
    {
        var tables = new string[ResourceType.IndexCount][];
        tables[0] = [];
        foreach (var type in ResourceType.All)
        {
            tables[type.Index] = Array.FindAll(
                Candidates,
                name =>
                    SearchGrammar.TryFind(type, name, out var definition)
                    && definition.Kind == SearchParameterKind.Token
                    && definition.Paths.Count > 0
            );
        }

        return tables;
    }
}
