using System.Globalization;
using Microsoft.AspNetCore.Components;
using PhiGateway.Console.Parts;

namespace PhiGateway.Console.Pages.Trust;

/// <summary>Why the trail can be believed, and what is not met.</summary>
public sealed partial class TrustPage
{
    /// <summary>What it shows.</summary>
    [Parameter, EditorRequired]
    public required TrustModel Model { get; set; }

    private string Size => SizeOf(Model.Log?.Checkpoint);

    // What was written as a revision, for whom the history is.
    private RenderFragment Revision(long number) =>
        builder =>
        {
            if (!Model.MayReadHistory)
            {
                builder.AddContent(0, Words.Number(number));
                return;
            }

            builder.OpenElement(1, "a");
            builder.AddAttribute(2, "href", "/console/history");
            builder.AddContent(3, Words.Number(number));
            builder.CloseElement();
        };

    private List<string> NotMet
    {
        get
        {
            var words = new List<string>();
            if (Model.NoLog is { } why)
            {
                words.Add($"There is no checkpoint: {why}");
            }

            if (Model.Status.Journal != "open")
            {
                words.Add($"The audit journal is {Model.Status.Journal}.");
            }

            if (!Model.Status.InForce)
            {
                words.Add("This node does not enforce the newest registry.");
            }

            words.AddRange(Model.Nodes.Nodes.Where(static node => !node.Alive).Select(static node => $"Node {node.Node} is silent."));
            words.AddRange(
                Model
                    .Nodes.Nodes.Where(static node => node is { Alive: true, Behind: > 0 })
                    .Select(static node => $"Node {node.Node} is behind.")
            );
            if (Model.Status.Problems.Count > 0)
            {
                words.Add($"The registry contradicts itself in {Words.Count(Model.Status.Problems.Count, "place", "places")}.");
            }

            if (Model.Trust is { } trust)
            {
                words.AddRange(trust.Verifier.Findings.Take(1).Select(static code => $"The verifier contradicts the trail: {code}."));
                words.AddRange(
                    trust
                        .Witnesses.Where(static one => one.Problem is not null)
                        .Select(static one => $"Witness {one.Name} does not cosign.")
                );
                words.AddRange(
                    trust.Sinks.Where(static one => one.Problem is not null).Select(static one => $"Sink {one.Name} does not take records.")
                );
            }

            words.AddRange(
                Model
                    .Fleet?.Report?.Logs.Where(static one => one.IsContradicted)
                    .Select(static one => $"The log {one.Log} contradicts itself.")
                    ?? []
            );
            if (Model.Fleet?.Without is { } without)
            {
                words.Add($"The fleet log cannot be opened: {without}");
            }

            words.AddRange(
                Model
                    .Keeping?.Gone.Where(static one => one.IsDone is null)
                    .Select(static one => $"What came of the end of {one.Month}, begun by {one.By}, is on no record.")
                    ?? []
            );
            return words;
        }
    }

    // The second line of a checkpoint is its size (C2SP tlog-checkpoint).
    internal static string SizeOf(string? note) =>
        note?.Split('\n') is [_, var size, ..] && long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? Words.Number(number)
            : "–";
}
