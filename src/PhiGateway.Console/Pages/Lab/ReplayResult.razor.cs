using Microsoft.AspNetCore.Components;
using PhiGateway.Admin.Replay;

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
}
