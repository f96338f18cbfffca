package alone;

import java.util.Map;

/** Compiled, and run, without AWS's library. */
public class Alone {
    public String handle(Map<String, String> event) {
        return "hello " + event.get("name");
    }
}
