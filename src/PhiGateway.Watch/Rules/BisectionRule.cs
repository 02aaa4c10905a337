using PhiGateway.Watch.Findings;

namespace PhiGateway.Watch.Rules;

/// <summary>
/// Searches that differ in the bounds of one parameter alone, each within what the one before had left, from both sides: a value that is not
/// shown is found by halves, by whether there is a match.
/// </summary>
/// <remarks>Whoever asks for what is new moves one end only; a person who looks closer at a chart does so a few times.</remarks>
internal sealed class BisectionRule : WatchRule
{
    private const int LeastSteps = 8;
    private const double LeastFactor = 48;

    public override string Name => "bisection";

    public override NhiRisk Risk => NhiRisk.VulnerableThirdParty;

    public override RuleFamily Family => RuleFamily.Patients;

    public override string Technique => Techniques.InformationRepositories;

    public override Finding? Look(in Sighting sighting)
    {
        if (sighting.Seen.Ranges.Count == 0)
        {
            return null;
        }

        var narrowing = sighting.Activity.Ranges;
        return narrowing.Steps >= LeastSteps && narrowing.Factor >= LeastFactor
            ? Found(
                sighting,
                FindingSeverity.High,
                Say(
                    $"{narrowing.Steps} searches in a row that differ in the bounds of one parameter alone, each within what the one before "
                        + $"had left, until the range was {narrowing.Factor:0} times smaller: so is a value found that is not shown."
                ),
                narrowing.Records
            )
            : null;
    }
}
