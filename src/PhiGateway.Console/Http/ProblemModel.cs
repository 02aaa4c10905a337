using PhiGateway.Admin.Calls;
using PhiGateway.Console.Rendering;

namespace PhiGateway.Console.Http;

/// <summary>A refusal in words.</summary>
/// <param name="Title">What it is.</param>
/// <param name="Detail">What happened here; null: nothing more is known.</param>
/// <param name="Code">Stable code.</param>
/// <param name="Request">Id of the request, to be named when asking.</param>
/// <param name="Findings">Findings with their place.</param>
/// <param name="Works">What goes on all the same, in words; empty: nothing is away.</param>
/// <param name="Screens">Screens that can be used meanwhile, by name and address.</param>
public sealed record ProblemModel(
    string Title,
    string? Detail,
    string Code,
    string Request,
    IReadOnlyList<string> Findings,
    IReadOnlyList<string> Works,
    IReadOnlyList<ShellSection> Screens
)
{
    internal static PageContent PageOf(AdminProblem problem, string request, StillWorks? works, AdminCaller? caller) =>
        new(
            problem.Title,
            string.Empty,
            typeof(ProblemPage),
            new ProblemModel(
                problem.Title,
                problem.Detail,
                problem.Code,
                request,
                problem.Errors is { Count: > 1 } errors ? [.. errors.Select(static error => $"{error.Pointer}: {error.Detail}")] : [],
                works?.Words ?? [],
                [
                    .. ConsoleSections
                        .All.Where(section => works?.Sections.Contains(section.Shown.Key) == true && caller?.HasAny(section.Roles) == true)
                        .Select(static section => section.Shown),
                ]
            )
        )
        {
            Status = problem.Status,
        };
}
