using Microsoft.AspNetCore.Http;
using PhiGateway.Admin.Calls;

namespace PhiGateway.Admin.Http;

/// <summary>Runs a command for an endpoint: reads the call, and turns the outcome into an answer.</summary>
internal static class Answer
{
    /// <summary>A command without a body.</summary>
    public static async Task<IResult> OfAsync<T>(HttpContext context, Func<AdminCall, Task<Outcome<T>>> run, Func<T, IResult> render)
        where T : class =>
        CallReader.Read(context).Failed(out var problem, out var call) || (await run(call)).Failed(out problem, out var value)
            ? new ProblemResult(problem)
            : render(value);

    /// <summary>A command with the small body of a verb.</summary>
    public static Task<IResult> OfAsync<TBody, T>(
        HttpContext context,
        Func<AdminCall, TBody, Task<Outcome<T>>> run,
        Func<T, IResult> render
    )
        where TBody : class
        where T : class =>
        OfAsync(
            context,
            async call =>
                (await VerbBody.ReadAsync<TBody>(context)).Failed(out var problem, out var body) ? problem : await run(call, body),
            render
        );

    /// <summary>A command that gives what is answered as it is.</summary>
    public static Task<IResult> JsonAsync<T>(HttpContext context, Func<AdminCall, Task<Outcome<T>>> run)
        where T : class => OfAsync(context, run, static value => AdminResult.Json(value));

    /// <summary>A command with a body that gives what is answered as it is.</summary>
    public static Task<IResult> JsonAsync<TBody, T>(HttpContext context, Func<AdminCall, TBody, Task<Outcome<T>>> run)
        where TBody : class
        where T : class => OfAsync(context, run, static value => AdminResult.Json(value));
}
