using Microsoft.AspNetCore.Components;
using PhiGateway.Admin.Replay;
using PhiGateway.Console.Parts;

namespace PhiGateway.Console.Pages.Lab;

/// <summary>What past decisions would come to over another registry, by client and with their records.</summary>
public sealed partial class ReplayResult
{
    /// <summary>The result.</summary>
    [Parameter, EditorRequired]
    public required ReplayReport Model { get; set; }

    /// <summary>Whether the viewer may open the records behind it; else they are named without a way there.</summary>
    [Parameter, EditorRequired]
    public required bool MayProve { get; set; }

    // The trail has what was decided, and not what would be.
    private RenderFragment RecordsOf(string client, int count, string decision) =>
        builder =>
        {
            if (!MayProve || count == 0)
            {
                builder.AddContent(0, Words.Number(count));
                return;
            }

            builder.OpenElement(1, "a");
            builder.AddAttribute(2, "href", Links.Audit(Model.From, Model.To, decision: decision, client: client));
            builder.AddContent(3, Words.Number(count));
            builder.CloseElement();
        };
}
