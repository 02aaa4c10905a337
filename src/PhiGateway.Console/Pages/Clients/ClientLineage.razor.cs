using Microsoft.AspNetCore.Components;
using PhiGateway.Admin.Clients;
using PhiGateway.Console.Parts;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Console.Pages.Clients;

/// <summary>The chain from an agreement over use case, request and approvals to the credentials by which a client is recognised.</summary>
public sealed partial class ClientLineage
{
    private const int MostApprovals = 10;

    /// <summary>The client with what stands behind it.</summary>
    [Parameter, EditorRequired]
    public required ClientProfile Model { get; set; }

    private string UseCaseWords =>
        Model.UseCase is { } useCase ? $"{Words.Kebab(useCase.Status)}, until {Words.Day(useCase.Expires)}" : "not there";

    private string Standing(Approval approval)
    {
        if (approval.Id != Model.Approval?.Id)
        {
            return "followed by a later one";
        }

        var carried = approval.CarriedOver is { } over ? $"; carried over a narrowing by {over.By}" : string.Empty;
        return (Model.IsApproved ? "counts: of exactly what stands here" : "no longer of what stands here") + carried;
    }

    private static string Followed(Credential credential) =>
        credential.OverlapUntil is { } until
            ? $"a newer one took over; this one is honoured until {Words.Minute(until)} UTC"
            : $"the newest of its line{(credential.RotateBy is { } by ? $", to be rotated by {Words.Day(by)}" : string.Empty)}";
}
