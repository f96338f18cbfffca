using Hearth.Contracts.Api;
using Hearth.Node.Packages.Images;
using Hearth.Node.Workers;

namespace Hearth.Node.Tests.Workers;

public sealed class ImageLaunchTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("hearth-launch-").FullName;

    public ImageLaunchTests()
    {
        foreach (var program in (string[])["bin/sh", "entry", "srv/other"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(_root, program))!);
            File.WriteAllText(Path.Combine(_root, program), "");
            File.SetUnixFileMode(Path.Combine(_root, program), (UnixFileMode)0b111_101_101);
        }
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Entry_point_then_command_in_the_working_directory_and_the_first_word_of_the_command_is_the_handler()
    {
        var launch = Launched(new(["/entry", "-x"], ["app.handler", "y"], new Dictionary<string, string> { ["A"] = "1", ["TZ"] = "X" }, "/srv"));
        Assert.Equal(["/entry", "-x", "app.handler", "y"], launch.Command);
        Assert.Equal(("app.handler", "/srv"), (launch.Handler, launch.Image.WorkingDirectory));
        Assert.Equal(("1", "X"), (launch.Environment["A"], launch.Environment["TZ"]));
    }

    [Fact]
    public void Each_override_takes_the_place_of_its_own_setting_and_an_empty_one_of_none()
    {
        var image = Image(["/entry"], ["app.handler"], "/srv");
        Assert.Equal(["/bin/sh", "app.handler"], Launched(image, new ImageConfig(EntryPoint: ["sh"])).Command);
        Assert.Equal(["/entry", "a", "b"], Launched(image, new ImageConfig(Command: ["a", "b"])).Command);
        Assert.Equal("/bin", Launched(image, new ImageConfig(WorkingDirectory: "/bin")).Image.WorkingDirectory);
        var same = Launched(image, new ImageConfig([], [], ""));
        Assert.Equal(["/entry", "app.handler"], same.Command);
        Assert.Equal("/srv", same.Image.WorkingDirectory);
    }

    [Fact]
    public void Without_an_entry_point_the_command_is_the_program_and_without_a_folder_it_starts_at_the_root()
    {
        var launch = Launched(Image([], ["srv/other"], ""));
        Assert.Equal(("//srv/other", "/"), (launch.Command[0], launch.Image.WorkingDirectory));
    }

    [Fact]
    public void Nothing_to_run_is_a_problem_of_the_image()
    {
        Assert.Equal("the image has neither an entry point nor a command", Problem(Image([], [], "")));
        Assert.Equal("chdir /entry: no such file or directory", Problem(Image(["/entry"], [], "/entry")));
        Assert.Equal("fork/exec /none: no such file or directory", Problem(Image(["/none"], [], "")));
    }

    private static ImageConfiguration Image(string[] entryPoint, string[] command, string folder) =>
        new(entryPoint, command, new Dictionary<string, string>(), folder);

    private ImageLaunch Launched(ImageConfiguration image, ImageConfig? overrides = null) =>
        ImageLaunch.Of(new UnpackedImage(_root, image), overrides).Launch!;

    private string? Problem(ImageConfiguration image) => ImageLaunch.Of(new UnpackedImage(_root, image), null).Problem;
}
