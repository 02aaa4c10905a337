using Microsoft.AspNetCore.Components;
using PhiGateway.Admin.Replay;

namespace PhiGateway.Console.Pages.Lab;

/// <summary>What past decisions would come to over another registry, by client and with their records.</summary>
public sealed partial class ReplayResult
{
    /// <summary>The result.</summary>
    [Parameter, EditorRequired]
    public required ReplayReport Model { get; set; }
}
